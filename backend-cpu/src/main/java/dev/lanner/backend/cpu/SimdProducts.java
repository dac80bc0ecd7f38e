package dev.lanner.backend.cpu;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Small matrix products on the Vector API, the inner loops of {@link SimdGemmTiles} and {@link SimdAttentionTiles}: six rows by one to
 * four vectors of sums in registers. The more sums for each load, the less do the loads and their bounds checks show: 6 by 4 and 6 by
 * 3 vectors of 512 bits come near the peak of a core, 6 by 1 to less than half. Where there are only 16 registers, more than 6 by 2
 * would spill. Blocks are wide rather than tall, since a wide one writes longer runs of C: 12 by 2 was a fifth slower where C comes
 * from memory.
 */
final class SimdProducts {
    /** Widest block, in vectors: machines with 512-bit vectors have 32 registers. */
    static final int WIDEST = Simd.LANES >= 16 ? 4 : 2;

    /** Rows of a block. */
    static final int ROWS = AttentionTiles.BLOCK;

    private static final VectorSpecies<Float> F = Simd.F;
    private static final int LANES = F.length();

    private SimdProducts() {}

    /** As {@link AttentionTiles#multiplyAdd}. */
    static void multiplyAdd(
            int rows,
            int depth,
            int width,
            float[] a,
            int aOffset,
            int aRow,
            int aDepth,
            float[] b,
            int bOffset,
            int bRow,
            float[] c,
            int cOffset,
            int cRow) {
        int row = 0;
        for (; row + ROWS <= rows; row += ROWS) {
            int aStart = aOffset + row * aRow;
            int cStart = cOffset + row * cRow;
            int column = 0;
            while (column < width) {
                int vectors = Math.min(WIDEST, (width - column) / LANES);
                int from = bOffset + column;
                int to = cStart + column;
                switch (vectors) {
                    case 4 -> sixByFour(depth, a, aStart, aRow, aDepth, b, from, bRow, c, to, cRow, true, a, aStart, 0);
                    case 3 -> sixByThree(depth, a, aStart, aRow, aDepth, b, from, bRow, c, to, cRow);
                    case 2 -> sixByTwo(depth, a, aStart, aRow, aDepth, b, from, bRow, c, to, cRow, true, a, aStart, 0);
                    default -> sixByOne(depth, a, aStart, aRow, aDepth, b, from, bRow, c, to, cRow);
                }
                column += vectors * LANES;
            }
        }
        for (; row < rows; row++) {
            oneRow(depth, width, a, aOffset + row * aRow, aDepth, b, bOffset, bRow, c, cOffset + row * cRow, true);
        }
    }

    /** Six rows by four vectors; the parameters are those of {@link GemmTiles#multiply}. */
    static int sixByFour(
            int depth,
            float[] a,
            int aOffset,
            int aRow,
            int aDepth,
            float[] b,
            int bOffset,
            int bRow,
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
        FloatVector zero = FloatVector.zero(F);
        FloatVector s00 = zero;
        FloatVector s01 = zero;
        FloatVector s02 = zero;
        FloatVector s03 = zero;
        FloatVector s10 = zero;
        FloatVector s11 = zero;
        FloatVector s12 = zero;
        FloatVector s13 = zero;
        FloatVector s20 = zero;
        FloatVector s21 = zero;
        FloatVector s22 = zero;
        FloatVector s23 = zero;
        FloatVector s30 = zero;
        FloatVector s31 = zero;
        FloatVector s32 = zero;
        FloatVector s33 = zero;
        FloatVector s40 = zero;
        FloatVector s41 = zero;
        FloatVector s42 = zero;
        FloatVector s43 = zero;
        FloatVector s50 = zero;
        FloatVector s51 = zero;
        FloatVector s52 = zero;
        FloatVector s53 = zero;
        if (add) {
            s00 = FloatVector.fromArray(F, c, cOffset);
            s01 = FloatVector.fromArray(F, c, cOffset + LANES);
            s02 = FloatVector.fromArray(F, c, cOffset + 2 * LANES);
            s03 = FloatVector.fromArray(F, c, cOffset + 3 * LANES);
            s10 = FloatVector.fromArray(F, c, c1);
            s11 = FloatVector.fromArray(F, c, c1 + LANES);
            s12 = FloatVector.fromArray(F, c, c1 + 2 * LANES);
            s13 = FloatVector.fromArray(F, c, c1 + 3 * LANES);
            s20 = FloatVector.fromArray(F, c, c2);
            s21 = FloatVector.fromArray(F, c, c2 + LANES);
            s22 = FloatVector.fromArray(F, c, c2 + 2 * LANES);
            s23 = FloatVector.fromArray(F, c, c2 + 3 * LANES);
            s30 = FloatVector.fromArray(F, c, c3);
            s31 = FloatVector.fromArray(F, c, c3 + LANES);
            s32 = FloatVector.fromArray(F, c, c3 + 2 * LANES);
            s33 = FloatVector.fromArray(F, c, c3 + 3 * LANES);
            s40 = FloatVector.fromArray(F, c, c4);
            s41 = FloatVector.fromArray(F, c, c4 + LANES);
            s42 = FloatVector.fromArray(F, c, c4 + 2 * LANES);
            s43 = FloatVector.fromArray(F, c, c4 + 3 * LANES);
            s50 = FloatVector.fromArray(F, c, c5);
            s51 = FloatVector.fromArray(F, c, c5 + LANES);
            s52 = FloatVector.fromArray(F, c, c5 + 2 * LANES);
            s53 = FloatVector.fromArray(F, c, c5 + 3 * LANES);
        }
        int at = aOffset;
        int from = bOffset;
        int reading = next;
        int touched = 0;
        for (int k = 0; k < depth; k++) {
            FloatVector b0 = FloatVector.fromArray(F, b, from);
            FloatVector b1 = FloatVector.fromArray(F, b, from + LANES);
            FloatVector b2 = FloatVector.fromArray(F, b, from + 2 * LANES);
            FloatVector b3 = FloatVector.fromArray(F, b, from + 3 * LANES);
            FloatVector factor = FloatVector.broadcast(F, a[at]);
            s00 = factor.fma(b0, s00);
            s01 = factor.fma(b1, s01);
            s02 = factor.fma(b2, s02);
            s03 = factor.fma(b3, s03);
            factor = FloatVector.broadcast(F, a[at + aRow]);
            s10 = factor.fma(b0, s10);
            s11 = factor.fma(b1, s11);
            s12 = factor.fma(b2, s12);
            s13 = factor.fma(b3, s13);
            factor = FloatVector.broadcast(F, a[at + 2 * aRow]);
            s20 = factor.fma(b0, s20);
            s21 = factor.fma(b1, s21);
            s22 = factor.fma(b2, s22);
            s23 = factor.fma(b3, s23);
            factor = FloatVector.broadcast(F, a[at + 3 * aRow]);
            s30 = factor.fma(b0, s30);
            s31 = factor.fma(b1, s31);
            s32 = factor.fma(b2, s32);
            s33 = factor.fma(b3, s33);
            factor = FloatVector.broadcast(F, a[at + 4 * aRow]);
            s40 = factor.fma(b0, s40);
            s41 = factor.fma(b1, s41);
            s42 = factor.fma(b2, s42);
            s43 = factor.fma(b3, s43);
            factor = FloatVector.broadcast(F, a[at + 5 * aRow]);
            s50 = factor.fma(b0, s50);
            s51 = factor.fma(b1, s51);
            s52 = factor.fma(b2, s52);
            s53 = factor.fma(b3, s53);
            touched |= Float.floatToRawIntBits(ahead[reading]);
            reading += nextStep;
            at += aDepth;
            from += bRow;
        }
        s00.intoArray(c, cOffset);
        s01.intoArray(c, cOffset + LANES);
        s02.intoArray(c, cOffset + 2 * LANES);
        s03.intoArray(c, cOffset + 3 * LANES);
        s10.intoArray(c, c1);
        s11.intoArray(c, c1 + LANES);
        s12.intoArray(c, c1 + 2 * LANES);
        s13.intoArray(c, c1 + 3 * LANES);
        s20.intoArray(c, c2);
        s21.intoArray(c, c2 + LANES);
        s22.intoArray(c, c2 + 2 * LANES);
        s23.intoArray(c, c2 + 3 * LANES);
        s30.intoArray(c, c3);
        s31.intoArray(c, c3 + LANES);
        s32.intoArray(c, c3 + 2 * LANES);
        s33.intoArray(c, c3 + 3 * LANES);
        s40.intoArray(c, c4);
        s41.intoArray(c, c4 + LANES);
        s42.intoArray(c, c4 + 2 * LANES);
        s43.intoArray(c, c4 + 3 * LANES);
        s50.intoArray(c, c5);
        s51.intoArray(c, c5 + LANES);
        s52.intoArray(c, c5 + 2 * LANES);
        s53.intoArray(c, c5 + 3 * LANES);
        return touched;
    }

    /** Six rows by three vectors, added to C. */
    private static void sixByThree(
            int depth,
            float[] a,
            int aOffset,
            int aRow,
            int aDepth,
            float[] b,
            int bOffset,
            int bRow,
            float[] c,
            int cOffset,
            int cRow) {
        int c1 = cOffset + cRow;
        int c2 = c1 + cRow;
        int c3 = c2 + cRow;
        int c4 = c3 + cRow;
        int c5 = c4 + cRow;
        FloatVector s00 = FloatVector.fromArray(F, c, cOffset);
        FloatVector s01 = FloatVector.fromArray(F, c, cOffset + LANES);
        FloatVector s02 = FloatVector.fromArray(F, c, cOffset + 2 * LANES);
        FloatVector s10 = FloatVector.fromArray(F, c, c1);
        FloatVector s11 = FloatVector.fromArray(F, c, c1 + LANES);
        FloatVector s12 = FloatVector.fromArray(F, c, c1 + 2 * LANES);
        FloatVector s20 = FloatVector.fromArray(F, c, c2);
        FloatVector s21 = FloatVector.fromArray(F, c, c2 + LANES);
        FloatVector s22 = FloatVector.fromArray(F, c, c2 + 2 * LANES);
        FloatVector s30 = FloatVector.fromArray(F, c, c3);
        FloatVector s31 = FloatVector.fromArray(F, c, c3 + LANES);
        FloatVector s32 = FloatVector.fromArray(F, c, c3 + 2 * LANES);
        FloatVector s40 = FloatVector.fromArray(F, c, c4);
        FloatVector s41 = FloatVector.fromArray(F, c, c4 + LANES);
        FloatVector s42 = FloatVector.fromArray(F, c, c4 + 2 * LANES);
        FloatVector s50 = FloatVector.fromArray(F, c, c5);
        FloatVector s51 = FloatVector.fromArray(F, c, c5 + LANES);
        FloatVector s52 = FloatVector.fromArray(F, c, c5 + 2 * LANES);
        int at = aOffset;
        int from = bOffset;
        for (int k = 0; k < depth; k++) {
            FloatVector b0 = FloatVector.fromArray(F, b, from);
            FloatVector b1 = FloatVector.fromArray(F, b, from + LANES);
            FloatVector b2 = FloatVector.fromArray(F, b, from + 2 * LANES);
            FloatVector factor = FloatVector.broadcast(F, a[at]);
            s00 = factor.fma(b0, s00);
            s01 = factor.fma(b1, s01);
            s02 = factor.fma(b2, s02);
            factor = FloatVector.broadcast(F, a[at + aRow]);
            s10 = factor.fma(b0, s10);
            s11 = factor.fma(b1, s11);
            s12 = factor.fma(b2, s12);
            factor = FloatVector.broadcast(F, a[at + 2 * aRow]);
            s20 = factor.fma(b0, s20);
            s21 = factor.fma(b1, s21);
            s22 = factor.fma(b2, s22);
            factor = FloatVector.broadcast(F, a[at + 3 * aRow]);
            s30 = factor.fma(b0, s30);
            s31 = factor.fma(b1, s31);
            s32 = factor.fma(b2, s32);
            factor = FloatVector.broadcast(F, a[at + 4 * aRow]);
            s40 = factor.fma(b0, s40);
            s41 = factor.fma(b1, s41);
            s42 = factor.fma(b2, s42);
            factor = FloatVector.broadcast(F, a[at + 5 * aRow]);
            s50 = factor.fma(b0, s50);
            s51 = factor.fma(b1, s51);
            s52 = factor.fma(b2, s52);
            at += aDepth;
            from += bRow;
        }
        s00.intoArray(c, cOffset);
        s01.intoArray(c, cOffset + LANES);
        s02.intoArray(c, cOffset + 2 * LANES);
        s10.intoArray(c, c1);
        s11.intoArray(c, c1 + LANES);
        s12.intoArray(c, c1 + 2 * LANES);
        s20.intoArray(c, c2);
        s21.intoArray(c, c2 + LANES);
        s22.intoArray(c, c2 + 2 * LANES);
        s30.intoArray(c, c3);
        s31.intoArray(c, c3 + LANES);
        s32.intoArray(c, c3 + 2 * LANES);
        s40.intoArray(c, c4);
        s41.intoArray(c, c4 + LANES);
        s42.intoArray(c, c4 + 2 * LANES);
        s50.intoArray(c, c5);
        s51.intoArray(c, c5 + LANES);
        s52.intoArray(c, c5 + 2 * LANES);
    }

    /** Six rows by two vectors; the parameters are those of {@link GemmTiles#multiply}. */
    static int sixByTwo(
            int depth,
            float[] a,
            int aOffset,
            int aRow,
            int aDepth,
            float[] b,
            int bOffset,
            int bRow,
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
        FloatVector zero = FloatVector.zero(F);
        FloatVector s00 = zero;
        FloatVector s01 = zero;
        FloatVector s10 = zero;
        FloatVector s11 = zero;
        FloatVector s20 = zero;
        FloatVector s21 = zero;
        FloatVector s30 = zero;
        FloatVector s31 = zero;
        FloatVector s40 = zero;
        FloatVector s41 = zero;
        FloatVector s50 = zero;
        FloatVector s51 = zero;
        if (add) {
            s00 = FloatVector.fromArray(F, c, cOffset);
            s01 = FloatVector.fromArray(F, c, cOffset + LANES);
            s10 = FloatVector.fromArray(F, c, c1);
            s11 = FloatVector.fromArray(F, c, c1 + LANES);
            s20 = FloatVector.fromArray(F, c, c2);
            s21 = FloatVector.fromArray(F, c, c2 + LANES);
            s30 = FloatVector.fromArray(F, c, c3);
            s31 = FloatVector.fromArray(F, c, c3 + LANES);
            s40 = FloatVector.fromArray(F, c, c4);
            s41 = FloatVector.fromArray(F, c, c4 + LANES);
            s50 = FloatVector.fromArray(F, c, c5);
            s51 = FloatVector.fromArray(F, c, c5 + LANES);
        }
        int at = aOffset;
        int from = bOffset;
        int reading = next;
        int touched = 0;
        for (int k = 0; k < depth; k++) {
            FloatVector b0 = FloatVector.fromArray(F, b, from);
            FloatVector b1 = FloatVector.fromArray(F, b, from + LANES);
            FloatVector factor = FloatVector.broadcast(F, a[at]);
            s00 = factor.fma(b0, s00);
            s01 = factor.fma(b1, s01);
            factor = FloatVector.broadcast(F, a[at + aRow]);
            s10 = factor.fma(b0, s10);
            s11 = factor.fma(b1, s11);
            factor = FloatVector.broadcast(F, a[at + 2 * aRow]);
            s20 = factor.fma(b0, s20);
            s21 = factor.fma(b1, s21);
            factor = FloatVector.broadcast(F, a[at + 3 * aRow]);
            s30 = factor.fma(b0, s30);
            s31 = factor.fma(b1, s31);
            factor = FloatVector.broadcast(F, a[at + 4 * aRow]);
            s40 = factor.fma(b0, s40);
            s41 = factor.fma(b1, s41);
            factor = FloatVector.broadcast(F, a[at + 5 * aRow]);
            s50 = factor.fma(b0, s50);
            s51 = factor.fma(b1, s51);
            touched |= Float.floatToRawIntBits(ahead[reading]);
            reading += nextStep;
            at += aDepth;
            from += bRow;
        }
        s00.intoArray(c, cOffset);
        s01.intoArray(c, cOffset + LANES);
        s10.intoArray(c, c1);
        s11.intoArray(c, c1 + LANES);
        s20.intoArray(c, c2);
        s21.intoArray(c, c2 + LANES);
        s30.intoArray(c, c3);
        s31.intoArray(c, c3 + LANES);
        s40.intoArray(c, c4);
        s41.intoArray(c, c4 + LANES);
        s50.intoArray(c, c5);
        s51.intoArray(c, c5 + LANES);
        return touched;
    }

    /** Six rows by one vector, added to C. */
    private static void sixByOne(
            int depth,
            float[] a,
            int aOffset,
            int aRow,
            int aDepth,
            float[] b,
            int bOffset,
            int bRow,
            float[] c,
            int cOffset,
            int cRow) {
        int c1 = cOffset + cRow;
        int c2 = c1 + cRow;
        int c3 = c2 + cRow;
        int c4 = c3 + cRow;
        int c5 = c4 + cRow;
        FloatVector s00 = FloatVector.fromArray(F, c, cOffset);
        FloatVector s10 = FloatVector.fromArray(F, c, c1);
        FloatVector s20 = FloatVector.fromArray(F, c, c2);
        FloatVector s30 = FloatVector.fromArray(F, c, c3);
        FloatVector s40 = FloatVector.fromArray(F, c, c4);
        FloatVector s50 = FloatVector.fromArray(F, c, c5);
        int at = aOffset;
        int from = bOffset;
        for (int k = 0; k < depth; k++) {
            FloatVector b0 = FloatVector.fromArray(F, b, from);
            FloatVector factor = FloatVector.broadcast(F, a[at]);
            s00 = factor.fma(b0, s00);
            factor = FloatVector.broadcast(F, a[at + aRow]);
            s10 = factor.fma(b0, s10);
            factor = FloatVector.broadcast(F, a[at + 2 * aRow]);
            s20 = factor.fma(b0, s20);
            factor = FloatVector.broadcast(F, a[at + 3 * aRow]);
            s30 = factor.fma(b0, s30);
            factor = FloatVector.broadcast(F, a[at + 4 * aRow]);
            s40 = factor.fma(b0, s40);
            factor = FloatVector.broadcast(F, a[at + 5 * aRow]);
            s50 = factor.fma(b0, s50);
            at += aDepth;
            from += bRow;
        }
        s00.intoArray(c, cOffset);
        s10.intoArray(c, c1);
        s20.intoArray(c, c2);
        s30.intoArray(c, c3);
        s40.intoArray(c, c4);
        s50.intoArray(c, c5);
    }

    /** One row, four vectors at a time: as many sums as the latency of an addition needs. */
    static void oneRow(
            int depth,
            int width,
            float[] a,
            int aOffset,
            int aDepth,
            float[] b,
            int bOffset,
            int bRow,
            float[] c,
            int cOffset,
            boolean add) {
        int column = 0;
        for (; column + 4 * LANES <= width; column += 4 * LANES) {
            int to = cOffset + column;
            FloatVector s0 = FloatVector.zero(F);
            FloatVector s1 = s0;
            FloatVector s2 = s0;
            FloatVector s3 = s0;
            if (add) {
                s0 = FloatVector.fromArray(F, c, to);
                s1 = FloatVector.fromArray(F, c, to + LANES);
                s2 = FloatVector.fromArray(F, c, to + 2 * LANES);
                s3 = FloatVector.fromArray(F, c, to + 3 * LANES);
            }
            int from = bOffset + column;
            for (int k = 0; k < depth; k++) {
                FloatVector factor = FloatVector.broadcast(F, a[aOffset + k * aDepth]);
                s0 = factor.fma(FloatVector.fromArray(F, b, from), s0);
                s1 = factor.fma(FloatVector.fromArray(F, b, from + LANES), s1);
                s2 = factor.fma(FloatVector.fromArray(F, b, from + 2 * LANES), s2);
                s3 = factor.fma(FloatVector.fromArray(F, b, from + 3 * LANES), s3);
                from += bRow;
            }
            s0.intoArray(c, to);
            s1.intoArray(c, to + LANES);
            s2.intoArray(c, to + 2 * LANES);
            s3.intoArray(c, to + 3 * LANES);
        }
        for (; column < width; column += LANES) {
            FloatVector sum = add ? FloatVector.fromArray(F, c, cOffset + column) : FloatVector.zero(F);
            for (int k = 0; k < depth; k++) {
                FloatVector factor = FloatVector.broadcast(F, a[aOffset + k * aDepth]);
                sum = factor.fma(FloatVector.fromArray(F, b, bOffset + column + k * bRow), sum);
            }
            sum.intoArray(c, cOffset + column);
        }
    }
}
