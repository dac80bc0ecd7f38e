package dev.lanner.tensor.backend;

import dev.lanner.tensor.RandomKey;

/**
 * Philox 4x32-10 (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", SC 2011): a block of four 32-bit words is a
 * function of a 64-bit key and a 128-bit counter. Here the key is the seed and the counter is (block, step, stream).
 */
public final class Philox {
    private static final long MULTIPLIER_0 = 0xD2511F53L;
    private static final long MULTIPLIER_1 = 0xCD9E8D57L;
    private static final int WEYL_0 = 0x9E3779B9;
    private static final int WEYL_1 = 0xBB67AE85;
    private static final int ROUNDS = 10;
    private static final long LOW = 0xFFFFFFFFL;

    private Philox() {}

    /**
     * Writes the four words of one block.
     *
     * @param key the stream
     * @param block the number of the block in it
     * @param out receives words at {@code offset .. offset + 3}
     */
    public static void block(RandomKey key, long block, int[] out, int offset) {
        words(key.seed(), (int) block, (int) (block >>> 32), key.step(), key.stream(), out, offset);
    }

    /**
     * Ten rounds on a counter of four words.
     *
     * @param seed the key, low word first
     */
    static void words(long seed, int c0, int c1, int c2, int c3, int[] out, int offset) {
        int key0 = (int) seed;
        int key1 = (int) (seed >>> 32);
        for (int round = 0; round < ROUNDS; round++) {
            long product0 = MULTIPLIER_0 * (c0 & LOW);
            long product1 = MULTIPLIER_1 * (c2 & LOW);
            int next0 = (int) (product1 >>> 32) ^ c1 ^ key0;
            int next2 = (int) (product0 >>> 32) ^ c3 ^ key1;
            c1 = (int) product1;
            c3 = (int) product0;
            c0 = next0;
            c2 = next2;
            key0 += WEYL_0;
            key1 += WEYL_1;
        }
        out[offset] = c0;
        out[offset + 1] = c1;
        out[offset + 2] = c2;
        out[offset + 3] = c3;
    }
}
