package dev.lanner.backend.cpu;

/**
 * The inner loops of the attention kernel, over one tile of scores: up to {@link #SIZE} queries by up to {@link #SIZE} keys, row-major
 * with a row stride of {@link #SIZE}. {@code diagonal} is the first query's position less the first key's, never negative: the query
 * in row r sees the keys in the columns {@code c <= r + diagonal}. A {@code width} is a multiple of {@link #lanes()}; what lies
 * between the last key and the width is finite padding.
 */
interface AttentionTiles {
    /** Queries and keys in a tile: a multiple of {@link #BLOCK} and of the lanes, small enough that a tile's operands stay in L1. */
    int SIZE = 48;

    /** Rows of a register block of {@link #multiplyAdd}: 6 by 2 vectors fill 16 registers, 6 by 4 fill 32. */
    int BLOCK = 6;

    /** Scores below it, minus infinity too, count as this one, whose silu is 0, and its slope as well. */
    float LEAST_SCORE = -1000;

    /** Elements of a vector, a divisor of {@link #SIZE}. */
    int lanes();

    /**
     * {@code c += a b}. Every element of {@code c} is one chain of additions in the order of the depth, whatever the other sizes are:
     * the result does not depend on how a product is cut into tiles.
     *
     * @param rows rows of {@code a} and {@code c}
     * @param depth columns of {@code a}, rows of {@code b}
     * @param width columns of {@code b} and {@code c}, a multiple of the lanes
     * @param aRow distance between rows of {@code a}; 1 for a transposed operand
     * @param aDepth distance between columns of {@code a}
     */
    void multiplyAdd(
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
            int cRow);

    /**
     * Copies rows, {@code stride} apart from {@code offset} on, to columns, zeros behind the last.
     *
     * @param target {@code [width, size]} from {@code to} on
     * @param size at least the rows, a multiple of the lanes
     */
    void transpose(int rows, int width, float[] source, int offset, int stride, float[] target, int to, int size);

    /** Whether neither infinity nor NaN is among the first {@code width} elements of some rows, {@code stride} apart. */
    boolean isFinite(int rows, int width, float[] source, int offset, int stride);

    /**
     * Products of columns: {@code c[j] += sum of a[k][j] b[k][j] over k}, where each element is the chain of additions of {@link
     * #multiplyAdd}.
     *
     * @param depth rows of {@code a} and {@code b}, which begin at 0 and are {@code width} long
     * @param width elements of {@code c}, a multiple of the lanes
     */
    void columnProductsAdd(int depth, int width, float[] a, float[] b, float[] c);

    /**
     * Rows times a factor each: {@code c[r] += factors[r] * b[r]}, to the bits of {@link #multiplyAdd} with a depth of 1.
     *
     * @param width columns of {@code b} and {@code c}, a multiple of the lanes
     */
    void scaledAdd(
            int rows, int width, float[] factors, float[] b, int bOffset, int bRow, float[] c, int cOffset, int cRow);

    /** Sets the biases to those by position, {@code bias[r][c] = reversed[offset - r + c]}. */
    void positionBias(int rows, int width, float[] reversed, int offset, float[] bias);

    /** Adds score gradients to those of the position bias, {@code sums[offset - r + c] += gradients[r][c]}. */
    void addPositionGradient(int rows, int width, float[] gradients, float[] sums, int offset);

    /**
     * Sets the biases to those by position and time, {@code reversed[offset - r + c] + table[bucket]}, bucket = how many of the
     * boundaries are at or below the distance {@code |queries[r] - keys[r * keyStride + c]|}. No difference overflows.
     *
     * @param lowest {@code [rows, SIZE / lanes]}, for each row and vector of columns a bucket that none of them is below
     * @param highest a bucket that none of them is above
     * @param boundaries ascending; those from the highest bucket on are not read
     */
    void positionAndTimeBias(
            int rows,
            int width,
            float[] reversed,
            int offset,
            int[] queries,
            int[] keys,
            int keyStride,
            int[] lowest,
            int[] highest,
            int[] boundaries,
            float[] table,
            float[] bias);

    /**
     * Adds score gradients to sums of each bucket, {@code [T, lanes]}: as many partial sums for each as there are lanes. The other
     * parameters are those of {@link #positionAndTimeBias}.
     */
    void addTimeGradient(
            int rows,
            int width,
            int[] queries,
            int[] keys,
            int keyStride,
            int[] lowest,
            int[] highest,
            int[] boundaries,
            float[] gradients,
            float[] sums);

    /** {@code sum += term}, both tiles. */
    void addTile(int rows, int width, float[] term, float[] sum);

    /** Replaces scores s by {@code scale * silu(s)}, and those that causality hides by 0. */
    void silu(int rows, int width, int diagonal, float scale, float[] scores);

    /**
     * Replaces scores s by {@code scale * silu(s)} and the gradients g of what silu gave by {@code scale * g * silu'(s)}, with
     * {@code silu'(s) = sigmoid(s) (1 + s (1 - sigmoid(s)))}; what causality hides becomes 0 in both.
     */
    void siluGradient(int rows, int width, int diagonal, float scale, float[] scores, float[] gradients);

    /**
     * Brings the largest score of each row up to date, and replaces scores s by {@code exp(factor * s - largest)}, those that causality
     * hides by 0.
     *
     * @param largest of factor * s in each row so far, from {@code at} on; overwritten
     * @param rescale receives for each row {@code exp(largest before - largest now)}
     * @param sums receives the sum of each row's exponentials
     */
    void softmax(
            int rows,
            int width,
            int diagonal,
            float factor,
            float[] scores,
            float[] largest,
            int at,
            float[] rescale,
            float[] sums);

    /**
     * Replaces scores s by {@code scale * p} with {@code p = exp(factor * s - largest) * inverse}, and the gradients g of what they
     * weigh by {@code factor * p * (scale * g - delta)}; what causality hides becomes 0 in both.
     *
     * @param largest of each row, from {@code at} on, as are the following
     * @param inverses one over the sum of the row's exponentials
     * @param deltas the sum of the row's {@code scale * p * g}
     */
    void softmaxGradient(
            int rows,
            int width,
            int diagonal,
            float factor,
            float scale,
            float[] scores,
            float[] gradients,
            float[] largest,
            float[] inverses,
            float[] deltas,
            int at);

    /** Multiplies {@code width} values from {@code offset} on. */
    void scale(int width, float factor, float[] values, int offset);
}
