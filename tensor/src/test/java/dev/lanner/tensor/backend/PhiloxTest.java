package dev.lanner.tensor.backend;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import dev.lanner.tensor.RandomKey;
import org.junit.jupiter.api.Test;

/** Known answers of Random123's kat_vectors for philox4x32-10. */
class PhiloxTest {
    private static int[] block(long block, int step, int stream, long seed) {
        int[] words = {7, 7, 7, 7, 7, 7};
        Philox.block(new RandomKey(seed, step, stream), block, words, 1);
        return words;
    }

    @Test
    void zeros() {
        int[] expected = {7, 0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8, 7};
        assertArrayEquals(expected, block(0, 0, 0, 0));
    }

    @Test
    void ones() {
        int[] expected = {7, 0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd, 7};
        assertArrayEquals(expected, block(-1, -1, -1, -1));
    }

    @Test
    void digitsOfPi() {
        int[] expected = {7, 0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1, 7};
        assertArrayEquals(expected, block(0x85a308d3_243f6a88L, 0x13198a2e, 0x03707344, 0x299f31d0_a4093822L));
    }
}
