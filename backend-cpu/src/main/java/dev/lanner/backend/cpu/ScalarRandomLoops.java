package dev.lanner.backend.cpu;

import dev.lanner.tensor.RandomKey;
import dev.lanner.tensor.backend.Draws;
import dev.lanner.tensor.backend.RandomOp;

/** {@link RandomLoops} in plain Java, for JVMs without the Vector API. */
final class ScalarRandomLoops implements RandomLoops {
    @Override
    public void mask(RandomKey key, double probability, int first, int count, int[] words, float[] out) {
        Draws.floats(RandomOp.DROPOUT_MASK, key, probability, 0, first, out, 0, count);
    }

    @Override
    public void ints(RandomKey key, int a, int b, int first, int[] out, int offset, int count) {
        Draws.ints(key, a, b, first, out, offset, count);
    }
}
