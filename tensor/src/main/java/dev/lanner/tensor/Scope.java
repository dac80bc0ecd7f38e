package dev.lanner.tensor;

import dev.lanner.tensor.backend.Backend;
import dev.lanner.tensor.backend.Storage;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/**
 * Gives memory back in one sweep: what tensors allocate on this thread while the scope is open is released when it closes, except
 * what {@link #keep} hands on to the scope around it. Scopes nest and close in reverse order.
 *
 * <pre>{@code
 * try (Scope step = Scope.open()) {
 *     Tensor loss = ...;
 *     return loss.item();
 * }
 * }</pre>
 */
public final class Scope implements AutoCloseable {
    private static final ThreadLocal<Scope> CURRENT = new ThreadLocal<>();

    private record Owned(Backend backend, Storage storage) {}

    private final Scope outer;
    private final List<Owned> owned = new ArrayList<>();
    private boolean closed;

    private Scope(Scope outer) {
        this.outer = outer;
    }

    /** Opens a scope on this thread. */
    public static Scope open() {
        Scope scope = new Scope(CURRENT.get());
        CURRENT.set(scope);
        return scope;
    }

    static void register(Backend backend, Storage storage) {
        Scope scope = CURRENT.get();
        if (scope != null) {
            scope.owned.add(new Owned(backend, storage));
        }
    }

    /** Lets a tensor of this scope outlive it: the scope around this one owns it then, or nobody. */
    public Tensor keep(Tensor tensor) {
        Storage storage = tensor.view().storage();
        if (owned.removeIf(entry -> entry.storage().equals(storage)) && outer != null) {
            outer.owned.add(new Owned(tensor.backend(), storage));
        }
        return tensor;
    }

    /**
     * Computes something that belongs to no scope, such as the state of an optimiser, first needed within a step. It belongs to no
     * {@link Program} either: while one is recorded, this is computed at once.
     */
    public static <T> T outside(Supplier<T> computation) {
        Scope scope = CURRENT.get();
        CURRENT.remove();
        Recorder recorder = Recorder.suspend();
        try {
            return computation.get();
        } finally {
            Recorder.resume(recorder);
            if (scope != null) {
                CURRENT.set(scope);
            }
        }
    }

    /** Releases what is owned. */
    @Override
    public void close() {
        if (closed) {
            return;
        }
        if (CURRENT.get() != this) {
            throw new IllegalStateException("scope: closed on another thread or before a scope inside it");
        }
        closed = true;
        if (outer == null) {
            CURRENT.remove();
        } else {
            CURRENT.set(outer);
        }
        owned.forEach(entry -> entry.backend().release(entry.storage()));
        owned.clear();
    }
}
