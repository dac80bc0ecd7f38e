package dev.lanner.backend.cpu;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * The register tiles of the matrix product on the Vector API: 12, 4 or 1 rows by two vectors, accumulators in local variables.
 * 12 by 2 needs 24 accumulators and three operands, which the 32 registers of AVX-512 hold; narrower vectors mostly mean 16 registers,
 * where 4 by 2 is the tallest used.
 */
final class SimdGemmTiles implements GemmTiles {
    private static final VectorSpecies<Float> F = Simd.F;
    private static final int LANES = Simd.LANES;
    private static final int TALLEST = LANES >= 16 ? 12 : 4;

    @Override
    public int columns() {
        return 2 * LANES;
    }

    @Override
    public int rows(int left) {
        if (left >= TALLEST) {
            return TALLEST;
        }
        return left >= 4 ? 4 : 1;
    }

    @Override
    public void pack(
            int panels,
            int depth,
            float[] b,
            int bOffset,
            int bDepth,
            float alpha,
            float[] packed,
            int offset,
            int panelStride) {
        int width = 2 * LANES;
        for (int k = 0; k < depth; k++) {
            int from = bOffset + k * bDepth;
            int to = offset + k * width;
            for (int p = 0; p < panels; p++) {
                FloatVector.fromArray(F, b, from).mul(alpha).intoArray(packed, to);
                FloatVector.fromArray(F, b, from + LANES).mul(alpha).intoArray(packed, to + LANES);
                from += width;
                to += panelStride;
            }
        }
    }

    @Override
    public int multiply(
            int rows,
            int depth,
            float[] a,
            int aOffset,
            int aRow,
            int aDepth,
            float[] b,
            int bOffset,
            int bDepth,
            float[] c,
            int cOffset,
            int cRow,
            boolean add,
            float[] ahead,
            int next,
            int nextStep) {
        return switch (rows) {
            case 12 ->
                twelve(
                        depth, a, aOffset, aRow, aDepth, b, bOffset, bDepth, c, cOffset, cRow, add, ahead, next,
                        nextStep);
            case 4 ->
                four(depth, a, aOffset, aRow, aDepth, b, bOffset, bDepth, c, cOffset, cRow, add, ahead, next, nextStep);
            default -> one(depth, a, aOffset, aDepth, b, bOffset, bDepth, c, cOffset, add);
        };
    }

    private static int twelve(
            int depth,
            float[] a,
            int aOffset,
            int aRow,
            int aDepth,
            float[] b,
            int bOffset,
            int bDepth,
            float[] c,
            int cOffset,
            int cRow,
            boolean add,
            float[] ahead,
            int next,
            int nextStep) {
        int c1 = cOffset + cRow;
        int c2 = c1 + cRow;
        int c3 = c2 + cRow;
        int c4 = c3 + cRow;
        int c5 = c4 + cRow;
        int c6 = c5 + cRow;
        int c7 = c6 + cRow;
        int c8 = c7 + cRow;
        int c9 = c8 + cRow;
        int c10 = c9 + cRow;
        int c11 = c10 + cRow;
        FloatVector zero = FloatVector.zero(F);
        FloatVector l0 = zero;
        FloatVector r0 = zero;
        FloatVector l1 = zero;
        FloatVector r1 = zero;
        FloatVector l2 = zero;
        FloatVector r2 = zero;
        FloatVector l3 = zero;
        FloatVector r3 = zero;
        FloatVector l4 = zero;
        FloatVector r4 = zero;
        FloatVector l5 = zero;
        FloatVector r5 = zero;
        FloatVector l6 = zero;
        FloatVector r6 = zero;
        FloatVector l7 = zero;
        FloatVector r7 = zero;
        FloatVector l8 = zero;
        FloatVector r8 = zero;
        FloatVector l9 = zero;
        FloatVector r9 = zero;
        FloatVector l10 = zero;
        FloatVector r10 = zero;
        FloatVector l11 = zero;
        FloatVector r11 = zero;
        if (add) {
            l0 = FloatVector.fromArray(F, c, cOffset);
            r0 = FloatVector.fromArray(F, c, cOffset + LANES);
            l1 = FloatVector.fromArray(F, c, c1);
            r1 = FloatVector.fromArray(F, c, c1 + LANES);
            l2 = FloatVector.fromArray(F, c, c2);
            r2 = FloatVector.fromArray(F, c, c2 + LANES);
            l3 = FloatVector.fromArray(F, c, c3);
            r3 = FloatVector.fromArray(F, c, c3 + LANES);
            l4 = FloatVector.fromArray(F, c, c4);
            r4 = FloatVector.fromArray(F, c, c4 + LANES);
            l5 = FloatVector.fromArray(F, c, c5);
            r5 = FloatVector.fromArray(F, c, c5 + LANES);
            l6 = FloatVector.fromArray(F, c, c6);
            r6 = FloatVector.fromArray(F, c, c6 + LANES);
            l7 = FloatVector.fromArray(F, c, c7);
            r7 = FloatVector.fromArray(F, c, c7 + LANES);
            l8 = FloatVector.fromArray(F, c, c8);
            r8 = FloatVector.fromArray(F, c, c8 + LANES);
            l9 = FloatVector.fromArray(F, c, c9);
            r9 = FloatVector.fromArray(F, c, c9 + LANES);
            l10 = FloatVector.fromArray(F, c, c10);
            r10 = FloatVector.fromArray(F, c, c10 + LANES);
            l11 = FloatVector.fromArray(F, c, c11);
            r11 = FloatVector.fromArray(F, c, c11 + LANES);
        }
        int at = aOffset;
        int from = bOffset;
        int reading = next;
        int touched = 0;
        for (int k = 0; k < depth; k++) {
            FloatVector left = FloatVector.fromArray(F, b, from);
            FloatVector right = FloatVector.fromArray(F, b, from + LANES);
            FloatVector factor = FloatVector.broadcast(F, a[at]);
            l0 = factor.fma(left, l0);
            r0 = factor.fma(right, r0);
            factor = FloatVector.broadcast(F, a[at + aRow]);
            l1 = factor.fma(left, l1);
            r1 = factor.fma(right, r1);
            factor = FloatVector.broadcast(F, a[at + 2 * aRow]);
            l2 = factor.fma(left, l2);
            r2 = factor.fma(right, r2);
            factor = FloatVector.broadcast(F, a[at + 3 * aRow]);
            l3 = factor.fma(left, l3);
            r3 = factor.fma(right, r3);
            factor = FloatVector.broadcast(F, a[at + 4 * aRow]);
            l4 = factor.fma(left, l4);
            r4 = factor.fma(right, r4);
            factor = FloatVector.broadcast(F, a[at + 5 * aRow]);
            l5 = factor.fma(left, l5);
            r5 = factor.fma(right, r5);
            factor = FloatVector.broadcast(F, a[at + 6 * aRow]);
            l6 = factor.fma(left, l6);
            r6 = factor.fma(right, r6);
            factor = FloatVector.broadcast(F, a[at + 7 * aRow]);
            l7 = factor.fma(left, l7);
            r7 = factor.fma(right, r7);
            factor = FloatVector.broadcast(F, a[at + 8 * aRow]);
            l8 = factor.fma(left, l8);
            r8 = factor.fma(right, r8);
            factor = FloatVector.broadcast(F, a[at + 9 * aRow]);
            l9 = factor.fma(left, l9);
            r9 = factor.fma(right, r9);
            factor = FloatVector.broadcast(F, a[at + 10 * aRow]);
            l10 = factor.fma(left, l10);
            r10 = factor.fma(right, r10);
            factor = FloatVector.broadcast(F, a[at + 11 * aRow]);
            l11 = factor.fma(left, l11);
            r11 = factor.fma(right, r11);
            touched |= Float.floatToRawIntBits(ahead[reading]);
            reading += nextStep;
            at += aDepth;
            from += bDepth;
        }
        l0.intoArray(c, cOffset);
        r0.intoArray(c, cOffset + LANES);
        l1.intoArray(c, c1);
        r1.intoArray(c, c1 + LANES);
        l2.intoArray(c, c2);
        r2.intoArray(c, c2 + LANES);
        l3.intoArray(c, c3);
        r3.intoArray(c, c3 + LANES);
        l4.intoArray(c, c4);
        r4.intoArray(c, c4 + LANES);
        l5.intoArray(c, c5);
        r5.intoArray(c, c5 + LANES);
        l6.intoArray(c, c6);
        r6.intoArray(c, c6 + LANES);
        l7.intoArray(c, c7);
        r7.intoArray(c, c7 + LANES);
        l8.intoArray(c, c8);
        r8.intoArray(c, c8 + LANES);
        l9.intoArray(c, c9);
        r9.intoArray(c, c9 + LANES);
        l10.intoArray(c, c10);
        r10.intoArray(c, c10 + LANES);
        l11.intoArray(c, c11);
        r11.intoArray(c, c11 + LANES);
        return touched;
    }

    private static int four(
            int depth,
            float[] a,
            int aOffset,
            int aRow,
            int aDepth,
            float[] b,
            int bOffset,
            int bDepth,
            float[] c,
            int cOffset,
            int cRow,
            boolean add,
            float[] ahead,
            int next,
            int nextStep) {
        int c1 = cOffset + cRow;
        int c2 = c1 + cRow;
        int c3 = c2 + cRow;
        FloatVector zero = FloatVector.zero(F);
        FloatVector l0 = zero;
        FloatVector r0 = zero;
        FloatVector l1 = zero;
        FloatVector r1 = zero;
        FloatVector l2 = zero;
        FloatVector r2 = zero;
        FloatVector l3 = zero;
        FloatVector r3 = zero;
        if (add) {
            l0 = FloatVector.fromArray(F, c, cOffset);
            r0 = FloatVector.fromArray(F, c, cOffset + LANES);
            l1 = FloatVector.fromArray(F, c, c1);
            r1 = FloatVector.fromArray(F, c, c1 + LANES);
            l2 = FloatVector.fromArray(F, c, c2);
            r2 = FloatVector.fromArray(F, c, c2 + LANES);
            l3 = FloatVector.fromArray(F, c, c3);
            r3 = FloatVector.fromArray(F, c, c3 + LANES);
        }
        int at = aOffset;
        int from = bOffset;
        int reading = next;
        int touched = 0;
        for (int k = 0; k < depth; k++) {
            FloatVector left = FloatVector.fromArray(F, b, from);
            FloatVector right = FloatVector.fromArray(F, b, from + LANES);
            FloatVector factor = FloatVector.broadcast(F, a[at]);
            l0 = factor.fma(left, l0);
            r0 = factor.fma(right, r0);
            factor = FloatVector.broadcast(F, a[at + aRow]);
            l1 = factor.fma(left, l1);
            r1 = factor.fma(right, r1);
            factor = FloatVector.broadcast(F, a[at + 2 * aRow]);
            l2 = factor.fma(left, l2);
            r2 = factor.fma(right, r2);
            factor = FloatVector.broadcast(F, a[at + 3 * aRow]);
            l3 = factor.fma(left, l3);
            r3 = factor.fma(right, r3);
            touched |= Float.floatToRawIntBits(ahead[reading]);
            reading += nextStep;
            at += aDepth;
            from += bDepth;
        }
        l0.intoArray(c, cOffset);
        r0.intoArray(c, cOffset + LANES);
        l1.intoArray(c, c1);
        r1.intoArray(c, c1 + LANES);
        l2.intoArray(c, c2);
        r2.intoArray(c, c2 + LANES);
        l3.intoArray(c, c3);
        r3.intoArray(c, c3 + LANES);
        return touched;
    }

    private static int one(
            int depth,
            float[] a,
            int aOffset,
            int aDepth,
            float[] b,
            int bOffset,
            int bDepth,
            float[] c,
            int cOffset,
            boolean add) {
        FloatVector zero = FloatVector.zero(F);
        FloatVector l0 = zero;
        FloatVector r0 = zero;
        if (add) {
            l0 = FloatVector.fromArray(F, c, cOffset);
            r0 = FloatVector.fromArray(F, c, cOffset + LANES);
        }
        int at = aOffset;
        int from = bOffset;
        for (int k = 0; k < depth; k++) {
            FloatVector left = FloatVector.fromArray(F, b, from);
            FloatVector right = FloatVector.fromArray(F, b, from + LANES);
            FloatVector factor = FloatVector.broadcast(F, a[at]);
            l0 = factor.fma(left, l0);
            r0 = factor.fma(right, r0);
            at += aDepth;
            from += bDepth;
        }
        l0.intoArray(c, cOffset);
        r0.intoArray(c, cOffset + LANES);
        return 0;
    }
}
