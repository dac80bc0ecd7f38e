package dev.lanner.tensor;

import dev.lanner.tensor.backend.Backend;
import dev.lanner.tensor.backend.BinaryOp;
import java.util.IdentityHashMap;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Gradients by tensor. The first gradient of a tensor is stored, further ones are added to it in place; several backward passes
 * may accumulate into one object. A gradient belongs to the {@link Scope} that it was computed in, and cannot be used after it.
 */
public final class Gradients {
    /** A gradient, and whether its storage is ours to write to (a stored first gradient may be shared). */
    private record Entry(Tensor value, boolean owned) {}

    private final IdentityHashMap<Tensor, Entry> entries = new IdentityHashMap<>();
    private final IdentityHashMap<Tensor, Supplier<Tensor>> places = new IdentityHashMap<>();

    /** No gradients yet. */
    public Gradients() {}

    /** The gradient of a leaf, of its shape; empty if the loss does not depend on it. */
    public Optional<Tensor> find(Tensor leaf) {
        return Optional.ofNullable(entries.get(leaf)).map(Entry::value);
    }

    /**
     * The gradient of a leaf, of its shape.
     *
     * @throws IllegalArgumentException if the loss does not depend on it
     */
    public Tensor get(Tensor leaf) {
        return find(leaf)
                .orElseThrow(() -> new IllegalArgumentException("gradients: the loss does not depend on " + leaf));
    }

    /** Replaces a gradient, for example by a clipped one. */
    public void put(Tensor leaf, Tensor gradient) {
        check(leaf, gradient);
        entries.put(leaf, new Entry(gradient, false));
    }

    /** Offers a place for the gradient of a result, until {@link #withdrawPlaces}. */
    void offer(Tensor of, Supplier<Tensor> place) {
        places.put(of, place);
    }

    void withdrawPlaces() {
        places.clear();
    }

    /** Where to write a gradient: the place that was offered if nothing was written there yet, else new memory, contents undefined. */
    Tensor target(Tensor of) {
        Supplier<Tensor> place = entries.get(of) == null ? places.remove(of) : null;
        return place == null ? Creation.allocate(of.backend(), of.dtype(), of.shape()) : place.get();
    }

    void add(Tensor of, Tensor gradient) {
        add(of, gradient, false);
    }

    /** Adds a gradient; an owned one may be written to from now on. */
    void add(Tensor of, Tensor gradient, boolean owned) {
        check(of, gradient);
        Entry entry = entries.get(of);
        if (entry == null) {
            entries.put(of, new Entry(gradient, owned));
        } else if (entry.owned()) {
            addInPlace(entry.value(), gradient);
        } else {
            entries.put(of, new Entry(entry.value().add(gradient), true));
        }
    }

    void accumulate(Tensor of, InputGradients.Accumulation accumulation) {
        if (entries.get(of) == null) {
            Tensor value = target(of);
            accumulation.into(value, 0);
            entries.put(of, new Entry(value, true));
        } else {
            accumulation.into(buffer(of), 1);
        }
    }

    Tensor buffer(Tensor of) {
        Entry entry = entries.get(of);
        if (entry != null && entry.owned()) {
            return entry.value();
        }
        Backend backend = of.backend();
        Tensor buffer = target(of);
        if (entry == null) {
            backend.fill(0, buffer.view());
        } else {
            backend.copy(entry.value().view(), buffer.view());
        }
        entries.put(of, new Entry(buffer, true));
        return buffer;
    }

    /** Takes the gradient of an intermediate result out: nobody needs it after its operation's rule has run. */
    Tensor remove(Tensor of) {
        Entry entry = entries.remove(of);
        return entry == null ? null : entry.value();
    }

    static void addInPlace(Tensor target, Tensor addend) {
        target.backend().binary(BinaryOp.ADD, target.view(), addend.view(), target.view());
    }

    private static void check(Tensor of, Tensor gradient) {
        if (!of.shape().equals(gradient.shape()) || of.dtype() != gradient.dtype()) {
            throw new ShapeException("gradient: " + gradient + " does not fit " + of);
        }
    }
}
