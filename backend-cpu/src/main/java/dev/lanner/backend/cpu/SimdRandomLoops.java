package dev.lanner.backend.cpu;

import dev.lanner.tensor.RandomKey;
import dev.lanner.tensor.backend.Draws;
import dev.lanner.tensor.backend.RandomOp;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/**
 * {@link RandomLoops} on the Vector API: Philox 4x32-10 (Salmon et al., SC 2011) with one block in each lane of a vector of longs: a product of two 32-bit words
 * fills a lane, and a word is the lower half of one. The upper halves of words are garbage between rounds and cut off where it matters.
 */
final class SimdRandomLoops implements RandomLoops {
    private static final VectorSpecies<Long> L = VectorSpecies.of(long.class, Simd.F.vectorShape());
    private static final int BLOCKS = L.length();
    private static final int LANES = Simd.LANES;
    /** Elements of one turn: four from each block. */
    private static final int ELEMENTS = UNIT * BLOCKS;

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

    @Override
    public void mask(RandomKey key, double probability, int first, int count, int[] words, float[] out) {
        int whole = words(key, first, count, words, 0);
        float scale = (float) (1 / (1 - probability));
        int dropBelow = (int) Math.round(probability * (1 << 24));
        for (int i = 0; i < whole; i += LANES) {
            VectorMask<Integer> dropped = IntVector.fromArray(Simd.I, words, i)
                    .lanewise(VectorOperators.LSHR, 8)
                    .compare(VectorOperators.LT, dropBelow);
            FloatVector.broadcast(Simd.F, scale).blend(0f, dropped.cast(Simd.F)).intoArray(out, i);
        }
        Draws.floats(RandomOp.DROPOUT_MASK, key, probability, 0, first + whole, out, whole, count - whole);
    }

    @Override
    public void ints(RandomKey key, int a, int b, int first, int[] out, int offset, int count) {
        int whole = words(key, first, count, out, offset);
        long span = (long) b - a;
        for (int i = offset; i < offset + whole; i += LANES) {
            LongVector pairs = IntVector.fromArray(Simd.I, out, i).reinterpretAsLongs();
            // The upper half of word times span: of the words in the lower halves, and of those in the upper ones.
            LongVector lower = pairs.and(LOW).mul(span).lanewise(VectorOperators.LSHR, 32);
            LongVector upper =
                    pairs.lanewise(VectorOperators.LSHR, 32).mul(span).and(~LOW);
            lower.or(upper).reinterpretAsInts().add(a).intoArray(out, i);
        }
        Draws.ints(key, a, b, first + whole, out, offset + whole, count - whole);
    }

    /**
     * Writes the words of as many elements as whole vectors of blocks give.
     *
     * @return how many
     */
    private static int words(RandomKey key, int first, int count, int[] out, int offset) {
        int whole = count - count % ELEMENTS;
        for (int i = 0; i < whole; i += ELEMENTS) {
            turn(key, (first + i) / UNIT, out, offset + i);
        }
        return whole;
    }

    private static void turn(RandomKey key, int block, int[] out, int at) {
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
        lower.reinterpretAsInts().intoArray(out, at);
        upper.reinterpretAsInts().intoArray(out, at + LANES);
    }
}
