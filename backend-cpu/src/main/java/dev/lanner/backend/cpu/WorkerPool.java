package dev.lanner.backend.cpu;

import java.lang.reflect.UndeclaredThrowableException;
import java.util.Deque;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * A fixed set of platform threads that run the tasks of one kernel at a time, together with the thread that called. Callers cut their
 * work by grain, never by the number of threads; a result then has the same bits for every size of the pool.
 *
 * <p>The pool serves one caller at a time. A call that comes meanwhile, from another thread or from inside a task, runs all of its
 * tasks on its own thread. Handing out costs one compare-and-set a task and allocates nothing for it.
 */
final class WorkerPool implements AutoCloseable {
    /**
     * How long an idle thread watches for work before it parks. Kernels of one step follow each other within microseconds, while waking
     * a parked thread takes tens of them.
     */
    private static final long SPIN_NANOS = 40_000;

    private static final int SPINS_PER_CLOCK = 32;

    /** A kernel's body, called once for each task index. */
    @FunctionalInterface
    interface Task {
        /**
         * Runs one task.
         *
         * @param task index of the task, from 0
         * @param scratch work space for this call alone: no other task uses it before this one returns
         */
        void run(int task, Scratch scratch);
    }

    private final int threads;
    private final long spinNanos;
    private final Worker[] workers;
    private final Deque<Scratch> spare = new ConcurrentLinkedDeque<>();
    private final AtomicBoolean busy = new AtomicBoolean();
    private final Object failureLock = new Object();
    private Throwable failure;

    /**
     * Number of the call in the upper half, tasks not yet handed out in the lower. Whoever takes a task by compare-and-set knows from it
     * that the call is still the one it looked at, hence that {@link #tasks} and {@link #body} belong to it.
     */
    private final AtomicLong ticket = new AtomicLong();

    private final AtomicInteger unfinished = new AtomicInteger();
    private volatile int tasks;
    private volatile Task body;
    private volatile Thread waiting;
    private volatile boolean closed;

    /**
     * Starts the threads.
     *
     * @param threads threads that work at the same time, the caller's among them
     * @throws IllegalArgumentException if {@code threads} is less than 1
     */
    WorkerPool(int threads) {
        if (threads < 1) {
            throw new IllegalArgumentException("WorkerPool: threads must be at least 1, found " + threads);
        }
        this.threads = threads;
        // With more threads than processors a watching thread would take its time from a working one.
        spinNanos = threads <= Runtime.getRuntime().availableProcessors() ? SPIN_NANOS : 0;
        workers = new Worker[threads - 1];
        for (int i = 0; i < workers.length; i++) {
            workers[i] = new Worker(this, "lanner-cpu-" + (i + 1));
        }
        for (Worker worker : workers) {
            worker.start();
        }
    }

    /** Returns the number of threads that work at the same time, the caller's among them. */
    int threads() {
        return threads;
    }

    /**
     * Returns how many tasks of {@code grain} items cover {@code items}.
     *
     * @param items number of items, at least 0
     * @param grain items of a task, at least 1; it may depend on the shape of the problem, never on the number of threads
     */
    static int tasks(int items, int grain) {
        return (int) (((long) items + grain - 1) / grain);
    }

    /**
     * Runs {@code body} once for each index in {@code 0..tasks-1}, handed out in ascending order, and returns when all are done; what
     * they wrote is visible then. Every task runs even if another fails.
     *
     * @param tasks number of tasks, at least 0
     * @param body called from several threads at a time
     * @throws IllegalArgumentException if {@code tasks} is negative
     * @throws IllegalStateException if the pool is closed
     * @throws RuntimeException the first exception or error that a task threw, with the others suppressed in it
     */
    void run(int tasks, Task body) {
        if (tasks < 0) {
            throw new IllegalArgumentException("WorkerPool.run: tasks must not be negative, found " + tasks);
        }
        if (closed) {
            throw new IllegalStateException("WorkerPool.run: the pool is closed");
        }
        if (tasks == 0) {
            return;
        }
        Scratch scratch = borrow();
        try {
            if (tasks > 1 && threads > 1 && busy.compareAndSet(false, true)) {
                try {
                    runTogether(tasks, body, scratch);
                } finally {
                    busy.set(false);
                }
            } else {
                runAlone(tasks, body, scratch);
            }
        } finally {
            giveBack(scratch);
        }
    }

    private static void runAlone(int tasks, Task body, Scratch scratch) {
        Throwable first = null;
        for (int i = 0; i < tasks; i++) {
            try {
                body.run(i, scratch);
            } catch (Throwable e) {
                first = joined(first, e);
            }
        }
        rethrow(first);
    }

    private void runTogether(int tasks, Task body, Scratch scratch) {
        this.tasks = tasks;
        this.body = body;
        waiting = Thread.currentThread();
        unfinished.set(tasks);
        int call = (int) (ticket.get() >>> 32) + 1;
        ticket.set(((long) call << 32) | tasks);
        wake(Math.min(workers.length, tasks - 1));
        work(scratch);
        awaitWorkers();
        waiting = null;
        this.body = null;
        rethrow(takeFailure());
    }

    private void wake(int count) {
        for (int i = 0; i < count; i++) {
            Worker worker = workers[i];
            if (worker.parked) {
                LockSupport.unpark(worker);
            }
        }
    }

    /** Takes tasks of the present call until none is left. */
    private void work(Scratch scratch) {
        long seen = ticket.get();
        while ((int) seen != 0) {
            int total = tasks;
            Task task = body;
            long witness = ticket.compareAndExchange(seen, seen - 1);
            if (witness != seen) {
                seen = witness;
                continue;
            }
            try {
                task.run(total - (int) seen, scratch);
            } catch (Throwable e) {
                synchronized (failureLock) {
                    failure = joined(failure, e);
                }
            }
            // The caller may be gone as soon as the last task is counted, so its thread is read before.
            Thread caller = waiting;
            if (unfinished.decrementAndGet() == 0 && caller != Thread.currentThread()) {
                LockSupport.unpark(caller);
            }
            seen = ticket.get();
        }
    }

    private void awaitWorkers() {
        boolean interrupted = false;
        long start = System.nanoTime();
        for (int spins = 0; unfinished.get() != 0; spins++) {
            if (spins % SPINS_PER_CLOCK != 0 || System.nanoTime() - start < spinNanos) {
                Thread.onSpinWait();
            } else {
                LockSupport.park(this);
                // An interrupt is not for the kernel: with the flag set, park would return at once.
                interrupted |= Thread.interrupted();
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private Throwable takeFailure() {
        synchronized (failureLock) {
            Throwable taken = failure;
            failure = null;
            return taken;
        }
    }

    private static Throwable joined(Throwable first, Throwable next) {
        if (first == null) {
            return next;
        }
        if (!first.equals(next)) {
            first.addSuppressed(next);
        }
        return first;
    }

    private static void rethrow(Throwable failure) {
        if (failure instanceof RuntimeException exception) {
            throw exception;
        }
        if (failure instanceof Error error) {
            throw error;
        }
        if (failure != null) {
            // A task declares no checked exception, but can still be made to throw one.
            throw new UndeclaredThrowableException(failure);
        }
    }

    private Scratch borrow() {
        Scratch scratch = spare.pollLast();
        return scratch == null ? new Scratch() : scratch;
    }

    private void giveBack(Scratch scratch) {
        spare.addLast(scratch);
    }

    /**
     * Ends the threads. A call that is under way still completes; later ones are refused. Closing twice does nothing.
     */
    @Override
    public void close() {
        closed = true;
        for (Worker worker : workers) {
            LockSupport.unpark(worker);
        }
    }

    private static final class Worker extends Thread {
        private final WorkerPool pool;
        private final Scratch scratch = new Scratch();
        volatile boolean parked;

        Worker(WorkerPool pool, String name) {
            super(null, null, name, 0, false);
            this.pool = pool;
            setDaemon(true);
        }

        @Override
        public void run() {
            while (!pool.closed) {
                if (awaitTasks()) {
                    pool.work(scratch);
                }
            }
        }

        private boolean awaitTasks() {
            long start = System.nanoTime();
            for (int spins = 0; (int) pool.ticket.get() == 0; spins++) {
                if (pool.closed) {
                    return false;
                }
                if (spins % SPINS_PER_CLOCK != 0 || System.nanoTime() - start < pool.spinNanos) {
                    Thread.onSpinWait();
                } else {
                    parkUntilTasks();
                    start = System.nanoTime();
                }
            }
            return true;
        }

        private void parkUntilTasks() {
            // Announced first, checked second: a caller publishes its tasks first and looks for parked threads second.
            parked = true;
            if ((int) pool.ticket.get() == 0 && !pool.closed) {
                LockSupport.park(pool);
                Thread.interrupted();
            }
            parked = false;
        }
    }
}
