package dev.lanner.backend.cpu;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class WorkerPoolTest {
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 7})
    void runsEveryTaskOnceAndShowsTheResults(int threads) {
        try (WorkerPool pool = new WorkerPool(threads)) {
            assertEquals(threads, pool.threads());
            // Plain fields: what tasks wrote must be visible without help.
            int[] counts = new int[300];
            for (int tasks = 0; tasks < counts.length; tasks++) {
                for (int repeat = 0; repeat < 5; repeat++) {
                    pool.run(tasks, (task, scratch) -> counts[task]++);
                }
            }
            assertArrayEquals(IntStream.range(0, 300).map(i -> 5 * (299 - i)).toArray(), counts);
        }
    }

    @Test
    void handsOutTasksInAscendingOrder() {
        try (WorkerPool pool = new WorkerPool(1)) {
            List<Integer> order = new ArrayList<>();
            pool.run(5, (task, scratch) -> order.add(task));
            assertEquals(List.of(0, 1, 2, 3, 4), order);
        }
    }

    @Test
    void allThreadsWorkAtTheSameTime() {
        try (WorkerPool pool = new WorkerPool(4)) {
            for (int repeat = 0; repeat < 20; repeat++) {
                CountDownLatch together = new CountDownLatch(4);
                Set<Thread> threads = ConcurrentHashMap.newKeySet();
                pool.run(4, (task, scratch) -> {
                    threads.add(Thread.currentThread());
                    together.countDown();
                    await(together);
                });
                assertEquals(4, threads.size());
            }
        }
    }

    @Test
    void aLoneTaskStaysOnTheCallersThread() {
        try (WorkerPool pool = new WorkerPool(3)) {
            Thread[] thread = new Thread[1];
            pool.run(1, (task, scratch) -> thread[0] = Thread.currentThread());
            assertSame(Thread.currentThread(), thread[0]);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    void aNestedRunHasItsOwnScratch(int threads) {
        try (WorkerPool pool = new WorkerPool(threads)) {
            AtomicInteger inner = new AtomicInteger();
            pool.run(
                    8,
                    (task, outer) -> pool.run(5, (nested, scratch) -> {
                        assertNotSame(outer, scratch);
                        inner.incrementAndGet();
                    }));
            assertEquals(40, inner.get());
        }
    }

    @Test
    void aRunInsideALoneTaskIsSpreadOverThePool() {
        try (WorkerPool pool = new WorkerPool(2)) {
            CountDownLatch together = new CountDownLatch(2);
            pool.run(
                    1,
                    (task, outer) -> pool.run(2, (nested, scratch) -> {
                        together.countDown();
                        await(together);
                    }));
            assertEquals(0, together.getCount());
        }
    }

    @Test
    void callersAtTheSameTimeDoNotMixTheirTasks() throws InterruptedException {
        try (WorkerPool pool = new WorkerPool(3)) {
            int callers = 4;
            int rounds = 2000;
            AtomicIntegerArray counts = new AtomicIntegerArray(callers);
            AtomicInteger wrong = new AtomicInteger();
            List<Thread> threads = new ArrayList<>();
            for (int c = 0; c < callers; c++) {
                int caller = c;
                Thread thread = new Thread(() -> {
                    for (int round = 0; round < rounds; round++) {
                        int[] seen = new int[9];
                        pool.run(9, (task, scratch) -> {
                            seen[task]++;
                            counts.incrementAndGet(caller);
                        });
                        wrong.addAndGet(
                                (int) IntStream.of(seen).filter(s -> s != 1).count());
                    }
                });
                threads.add(thread);
                thread.start();
            }
            for (Thread thread : threads) {
                thread.join();
            }
            assertEquals(0, wrong.get());
            for (int c = 0; c < callers; c++) {
                assertEquals(9 * rounds, counts.get(c));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 5})
    void theFirstFailureReachesTheCallerWithTheOthersSuppressed(int threads) {
        try (WorkerPool pool = new WorkerPool(threads)) {
            AtomicInteger ran = new AtomicInteger();
            IllegalStateException failure = assertThrows(
                    IllegalStateException.class,
                    () -> pool.run(20, (task, scratch) -> {
                        ran.incrementAndGet();
                        if (task % 5 == 0) {
                            throw new IllegalStateException("task " + task);
                        }
                    }));
            assertEquals(20, ran.get());
            assertEquals(3, failure.getSuppressed().length);
            AssertionError error = assertThrows(
                    AssertionError.class,
                    () -> pool.run(3, (task, scratch) -> {
                        throw new AssertionError();
                    }));
            assertEquals(2, error.getSuppressed().length);

            pool.run(20, (task, scratch) -> ran.incrementAndGet());
            assertEquals(40, ran.get());
        }
    }

    @Test
    void anInterruptedCallerStillWaitsAndStaysInterrupted() {
        try (WorkerPool pool = new WorkerPool(2)) {
            AtomicInteger done = new AtomicInteger();
            Thread.currentThread().interrupt();
            pool.run(2, (task, scratch) -> {
                long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(task == 0 ? 1 : 20);
                while (System.nanoTime() < end) {
                    Thread.onSpinWait();
                }
                done.incrementAndGet();
            });
            assertEquals(2, done.get());
            assertTrue(Thread.interrupted());
        }
    }

    @Test
    void parkedWorkersWakeUp() throws InterruptedException {
        try (WorkerPool pool = new WorkerPool(2)) {
            for (int repeat = 0; repeat < 30; repeat++) {
                Thread.sleep(2);
                CountDownLatch together = new CountDownLatch(2);
                pool.run(2, (task, scratch) -> {
                    together.countDown();
                    await(together);
                });
            }
            assertFalse(Thread.interrupted());
        }
    }

    @Test
    void refusesWrongArgumentsAndWorkAfterClose() {
        assertThrows(IllegalArgumentException.class, () -> new WorkerPool(0));
        WorkerPool pool = new WorkerPool(2);
        assertThrows(IllegalArgumentException.class, () -> pool.run(-1, (task, scratch) -> {}));
        pool.close();
        pool.close();
        assertThrows(IllegalStateException.class, () -> pool.run(2, (task, scratch) -> {}));
    }

    @Test
    void countsTasks() {
        assertEquals(0, WorkerPool.tasks(0, 5));
        assertEquals(1, WorkerPool.tasks(5, 5));
        assertEquals(2, WorkerPool.tasks(6, 5));
        assertEquals(1, WorkerPool.tasks(Integer.MAX_VALUE, Integer.MAX_VALUE));
    }

    private static void await(CountDownLatch latch) {
        try {
            assertTrue(latch.await(10, TimeUnit.SECONDS), "the threads do not work at the same time");
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
