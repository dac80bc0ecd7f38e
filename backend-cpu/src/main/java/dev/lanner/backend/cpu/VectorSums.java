package dev.lanner.backend.cpu;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorShuffle;

/**
 * Sums of a vector's lanes in one fixed order, by halves. {@code reduceLanes(ADD)} leaves the order open, and interpreted and
 * compiled code do use different ones: results would depend on when the compiler gets to a kernel.
 */
final class VectorSums {
    private static final VectorShuffle<Float> BY_1 = exchange(1);
    private static final VectorShuffle<Float> BY_2 = exchange(2);
    private static final VectorShuffle<Float> BY_4 = exchange(4);
    private static final VectorShuffle<Float> BY_8 = exchange(8);

    private VectorSums() {}

    private static VectorShuffle<Float> exchange(int distance) {
        return VectorShuffle.fromOp(Simd.F, lane -> (lane ^ distance) & (Simd.LANES - 1));
    }

    /** The sum of all lanes. */
    static float sum(FloatVector v) {
        FloatVector s = v;
        if (Simd.LANES > 8) {
            s = s.add(s.rearrange(BY_8));
        }
        if (Simd.LANES > 4) {
            s = s.add(s.rearrange(BY_4));
        }
        if (Simd.LANES > 2) {
            s = s.add(s.rearrange(BY_2));
        }
        return s.add(s.rearrange(BY_1)).lane(0);
    }
}
