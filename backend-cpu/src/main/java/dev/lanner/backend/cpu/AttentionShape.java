package dev.lanner.backend.cpu;

/**
 * Sizes of a jagged attention.
 *
 * @param rows packed rows, N
 * @param sequences sequences, B
 * @param heads heads, H; head h owns the columns {@code [h * width, (h + 1) * width)} of its operand
 * @param queryWidth width of a head's queries and keys
 * @param valueWidth width of a head's values
 * @param maxLength no sequence is longer, L
 * @param divisor what the sums over a row are divided by
 */
record AttentionShape(
        int rows, int sequences, int heads, int queryWidth, int valueWidth, int maxLength, float divisor) {}
