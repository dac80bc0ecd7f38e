package dev.lanner.backend.cpu;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorShuffle;

/** The sums of four vectors' lanes at once, cheaper than four times {@link VectorSums}. Vectors need at least four lanes. */
final class FourSums {
    private static final int HALF = Simd.LANES / 2;
    private static final int QUARTER = Simd.LANES / 4;

    private static final VectorShuffle<Float> SWAP_1 = swap(1);
    private static final VectorShuffle<Float> SWAP_2 = swap(2);
    private static final VectorShuffle<Float> SWAP_HALVES = swap(HALF);
    private static final VectorShuffle<Float> SWAP_QUARTERS = swap(QUARTER);

    private static final VectorMask<Float> IN_UPPER_HALF = lanesWith(HALF);
    private static final VectorMask<Float> IN_ODD_QUARTER = lanesWith(QUARTER);

    /** Brings one lane of each of the four sums to lanes 0 to 3. */
    private static final VectorShuffle<Float> PICK =
            VectorShuffle.fromOp(Simd.F, lane -> lane < 4 ? (lane & 1) * HALF + (lane >> 1) * QUARTER : 0);

    private FourSums() {}

    private static VectorShuffle<Float> swap(int distance) {
        return VectorShuffle.fromOp(Simd.F, lane -> (lane ^ distance) & (Simd.LANES - 1));
    }

    private static VectorMask<Float> lanesWith(int bit) {
        boolean[] lanes = new boolean[Simd.LANES];
        for (int lane = 0; lane < lanes.length; lane++) {
            lanes[lane] = (lane & bit) != 0;
        }
        return VectorMask.fromArray(Simd.F, lanes, 0);
    }

    /** The sums of a, b, c and d in lanes 0 to 3; the other lanes hold one of them too. */
    static FloatVector of(FloatVector a, FloatVector b, FloatVector c, FloatVector d) {
        FloatVector ab = folded(a, b);
        FloatVector cd = folded(c, d);
        // Quarters of a, c, b, d: each keeps its own and adds its neighbour's.
        FloatVector own = ab.blend(cd, IN_ODD_QUARTER);
        FloatVector other = cd.blend(ab, IN_ODD_QUARTER);
        FloatVector sums = own.add(other.rearrange(SWAP_QUARTERS));
        if (Simd.LANES > 8) {
            sums = sums.add(sums.rearrange(SWAP_2));
        }
        if (Simd.LANES > 4) {
            sums = sums.add(sums.rearrange(SWAP_1));
        }
        return sums.rearrange(PICK);
    }

    /** The lower half becomes the sum of a's halves, the upper that of b's. */
    private static FloatVector folded(FloatVector a, FloatVector b) {
        FloatVector own = a.blend(b, IN_UPPER_HALF);
        FloatVector other = b.blend(a, IN_UPPER_HALF);
        return own.add(other.rearrange(SWAP_HALVES));
    }
}
