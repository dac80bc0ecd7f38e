package dev.lanner.backend.tornado;

import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/**
 * Kernels that draw the numbers of {@link dev.lanner.tensor.backend.Draws}, bit by bit. Header: (n, stream, low and high word of the
 * seed, then the distribution's own), a block of the output.
 *
 * <p>Shifts of integers to the right keep the sign on a device, even {@code >>>}: what comes in from the left is masked out.
 */
final class Randoms {
    static final Kernel UNIFORM = Kernel.into(
            1,
            "randomUniform",
            (graph, id, context, meta, a) ->
                    graph.task(id, Randoms::randomUniform, context, meta, a.reals(), a.ints(0), a.floats(1)));
    static final Kernel MASK = Kernel.into(
            1,
            "randomMask",
            (graph, id, context, meta, a) ->
                    graph.task(id, Randoms::randomMask, context, meta, a.reals(), a.ints(0), a.floats(1)));
    static final Kernel INTS = Kernel.into(
            1,
            "randomInts",
            (graph, id, context, meta, a) -> graph.task(id, Randoms::randomInts, context, meta, a.ints(0), a.ints(1)));

    private Randoms() {}

    /** Word number {@code index} of a stream, by {@link dev.lanner.tensor.backend.Philox}. */
    static int word(int index, int step, int stream, int seedLow, int seedHigh) {
        int c0 = index / 4;
        int c1 = 0;
        int c2 = step;
        int c3 = stream;
        int key0 = seedLow;
        int key1 = seedHigh;
        for (int round = 0; round < 10; round++) {
            long product0 = 0xD2511F53L * (c0 & 0xFFFFFFFFL);
            long product1 = 0xCD9E8D57L * (c2 & 0xFFFFFFFFL);
            int next0 = (int) (product1 >>> 32) ^ c1 ^ key0;
            int next2 = (int) (product0 >>> 32) ^ c3 ^ key1;
            c1 = (int) product1;
            c3 = (int) product0;
            c0 = next0;
            c2 = next2;
            key0 += 0x9E3779B9;
            key1 += 0xBB67AE85;
        }
        int lane = index & 3;
        int low = lane == 0 ? c0 : c1;
        int high = lane == 2 ? c2 : c3;
        return lane < 2 ? low : high;
    }

    /** The word of the stream that a header names, whose step is the only element of an array. */
    static int word(IntArray meta, IntArray step, int index) {
        return word(index, step.get(0), meta.get(1), meta.get(2), meta.get(3));
    }

    /** Floats: scale, shift, and the largest one below the end. */
    static void randomUniform(KernelContext context, IntArray meta, FloatArray reals, IntArray step, FloatArray out) {
        int i = context.globalIdx;
        Outputs.keep(i, out);
        if (i < meta.get(0)) {
            int bits = word(meta, step, i) >> 8 & 0xFFFFFF;
            // Through double, where product and sum are exact enough to be rounded to float like on the host: a device
            // may
            // contract float operations.
            float scaled = (float) ((double) reals.get(0) * (bits * 0x1p-24));
            float value = (float) ((double) reals.get(1) + (double) scaled);
            float below = reals.get(2);
            out.set(Meta.position(meta, Meta.HEADER, 0, i), value < below ? value : below);
        }
    }

    /** Word 4: what bits are dropped below; float: the factor of the others. */
    static void randomMask(KernelContext context, IntArray meta, FloatArray reals, IntArray step, FloatArray out) {
        int i = context.globalIdx;
        Outputs.keep(i, out);
        if (i < meta.get(0)) {
            int bits = word(meta, step, i) >> 8 & 0xFFFFFF;
            out.set(Meta.position(meta, Meta.HEADER, 0, i), bits < meta.get(4) ? 0 : reals.get(0));
        }
    }

    /** Words 4 and 5: a and b. */
    static void randomInts(KernelContext context, IntArray meta, IntArray step, IntArray out) {
        int i = context.globalIdx;
        Outputs.keep(i, out);
        if (i < meta.get(0)) {
            long span = (long) meta.get(5) - meta.get(4);
            long high = ((word(meta, step, i) & 0xFFFFFFFFL) * span) >>> 32;
            out.set(Meta.position(meta, Meta.HEADER, 0, i), (int) (meta.get(4) + high));
        }
    }
}
