package dev.lanner.hstu.inference;

import dev.lanner.tensor.ShapeException;
import dev.lanner.tensor.Tensor;
import dev.lanner.tensor.functional.Functional;

/** What scores and indexes share: rows and states divided by their norms, clamped like those of {@link Functional#l2Normalize}. */
final class Directions {
    private Directions() {}

    /** The directions of the items 1..V, {@code [V, D]}, in the scope around the caller. */
    static Tensor of(Tensor embeddings) {
        if (embeddings.shape().rank() != 2 || embeddings.size(0) < 2 || embeddings.size(1) < 1) {
            throw new ShapeException("itemIndex: embeddings must be [V+1, D], found " + embeddings.shape());
        }
        return Functional.l2Normalize(embeddings.narrow(0, 1, embeddings.size(0) - 1));
    }

    /** The direction of a state. */
    static float[] of(float[] state) {
        double squares = 0;
        for (float x : state) {
            squares += (double) x * x;
        }
        double norm = Math.max(Functional.MIN_NORM, Math.sqrt(squares));
        float[] direction = new float[state.length];
        for (int i = 0; i < state.length; i++) {
            direction[i] = (float) (state[i] / norm);
        }
        return direction;
    }

    /** The direction of a state that is searched with. */
    static float[] of(float[] state, int width, int k, int size) {
        if (state.length != width) {
            throw new IllegalArgumentException(
                    "itemIndex: a state must have " + width + " numbers, found " + state.length);
        }
        if (k < 1 || k > size) {
            throw new IllegalArgumentException("itemIndex: k must be in 1.." + size + ", found " + k);
        }
        return of(state);
    }
}
