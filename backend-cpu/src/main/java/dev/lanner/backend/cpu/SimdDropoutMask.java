package dev.lanner.backend.cpu;

import dev.lanner.tensor.RandomKey;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/**
 * Philox 4x32-10 (Salmon et al., SC 2011) on the Vector API, one block in each lane of a vector of longs: a product of two 32-bit words
 * fills a lane, and a word is the lower half of one. The upper halves of words are garbage between rounds and cut off where it matters.
 */
final class SimdDropoutMask {
    private static final VectorSpecies<Long> L = VectorSpecies.of(long.class, Simd.F.vectorShape());
    private static final int BLOCKS = L.length();
    /** Elements of one turn: four from each block. */
    private static final int ELEMENTS = 4 * BLOCKS;

    private static final long MULTIPLIER_0 = 0xD2511F53L;
    private static final long MULTIPLIER_1 = 0xCD9E8D57L;
    private static final int WEYL_0 = 0x9E3779B9;
    private static final int WEYL_1 = 0xBB67AE85;
    private static final int ROUNDS = 10;
    private static final long LOW = 0xFFFFFFFFL;

    private static final LongVector LANE = LongVector.zero(L).addIndex(1);
    private static final VectorMask<Long> ODD = VectorMask.fromLong(L, 0xAAAAAAAAAAAAAAAAL);
    /** Each lane of the first half twice, and of the second. */
    private static final VectorShuffle<Long> FIRST_TWICE = VectorShuffle.fromOp(L, lane -> lane / 2);

    private static final VectorShuffle<Long> SECOND_TWICE = VectorShuffle.fromOp(L, lane -> (lane + BLOCKS) / 2);

    private SimdDropoutMask() {}

    /**
     * Draws as many elements as whole vectors of blocks give.
     *
     * @param first index of the first element, a multiple of 4
     * @param count elements wanted
     * @param out receives 0 with the probability, else {@code 1 / (1 - probability)}, from 0 on
     * @return how many were drawn
     */
    static int draw(RandomKey key, double probability, int first, int count, float[] out) {
        float scale = (float) (1 / (1 - probability));
        int dropBelow = (int) Math.round(probability * (1 << 24));
        int whole = count - count % ELEMENTS;
        for (int i = 0; i < whole; i += ELEMENTS) {
            turn(key, (first + i) / 4, dropBelow, scale, out, i);
        }
        return whole;
    }

    private static void turn(RandomKey key, int block, int dropBelow, float scale, float[] out, int at) {
        LongVector c0 = LANE.add(block);
        LongVector c1 = LongVector.zero(L);
        LongVector c2 = LongVector.broadcast(L, key.step());
        LongVector c3 = LongVector.broadcast(L, key.stream());
        int key0 = (int) key.seed();
        int key1 = (int) (key.seed() >>> 32);
        for (int round = 0; round < ROUNDS; round++) {
            // The masks let the compiler see that the factors have 32 bits, for which there is a faster instruction.
            LongVector product0 = c0.and(LOW).mul(MULTIPLIER_0);
            LongVector product1 = c2.and(LOW).mul(MULTIPLIER_1);
            c0 = product1.lanewise(VectorOperators.LSHR, 32)
                    .lanewise(VectorOperators.XOR, c1)
                    .lanewise(VectorOperators.XOR, key0);
            c2 = product0.lanewise(VectorOperators.LSHR, 32)
                    .lanewise(VectorOperators.XOR, c3)
                    .lanewise(VectorOperators.XOR, key1);
            c1 = product1;
            c3 = product0;
            key0 += WEYL_0;
            key1 += WEYL_1;
        }
        LongVector words01 = c0.and(LOW).or(c1.lanewise(VectorOperators.LSHL, 32));
        LongVector words23 = c2.and(LOW).or(c3.lanewise(VectorOperators.LSHL, 32));
        LongVector lower = words01.rearrange(FIRST_TWICE).blend(words23.rearrange(FIRST_TWICE), ODD);
        LongVector upper = words01.rearrange(SECOND_TWICE).blend(words23.rearrange(SECOND_TWICE), ODD);
        scales(lower, dropBelow, scale).intoArray(out, at);
        scales(upper, dropBelow, scale).intoArray(out, at + Simd.LANES);
    }

    private static FloatVector scales(LongVector words, int dropBelow, float scale) {
        VectorMask<Integer> dropped =
                words.reinterpretAsInts().lanewise(VectorOperators.LSHR, 8).compare(VectorOperators.LT, dropBelow);
        return FloatVector.broadcast(Simd.F, scale).blend(0f, dropped.cast(Simd.F));
    }
}
