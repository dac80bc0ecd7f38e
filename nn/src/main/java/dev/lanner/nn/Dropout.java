package dev.lanner.nn;

import dev.lanner.tensor.RandomKey;
import dev.lanner.tensor.Tensor;
import dev.lanner.tensor.functional.Functional;

/** Dropout while training. The mask is a function of seed, step and the layer's stream. */
public final class Dropout extends Layer {
    private final double probability;
    private final RandomKey key;

    /**
     * A layer with its own stream.
     *
     * @param probability of an element to be dropped, in [0, 1)
     * @param key the layer's stream; the step comes from {@link #train}
     */
    public Dropout(double probability, RandomKey key) {
        if (!(probability >= 0 && probability < 1)) {
            throw new IllegalArgumentException("dropout: the probability must be in [0, 1), found " + probability);
        }
        this.probability = probability;
        this.key = key;
    }

    @Override
    public Tensor forward(Tensor x) {
        return Functional.dropout(x, probability, key(), isTraining());
    }

    /** What this layer does now, as part of a larger operation: with probability 0 while it does not train. */
    dev.lanner.tensor.functional.Dropout operation() {
        return new dev.lanner.tensor.functional.Dropout(isTraining() ? probability : 0, key());
    }

    private RandomKey key() {
        return new RandomKey(key.seed(), step(), key.stream());
    }
}
