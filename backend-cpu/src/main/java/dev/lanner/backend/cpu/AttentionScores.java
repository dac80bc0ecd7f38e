package dev.lanner.backend.cpu;

/**
 * Computes the scores {@code q_i·k_j + bias_ij} of a unit tile by tile, in one worker's scratch memory: {@link #begin} a unit,
 * {@link #keys} for each tile of keys, {@link #queries} for each tile of queries that sees them, {@link #compute} for each head.
 * Positions are those in the sequence. The biases of a tile are found once for all heads.
 */
final class AttentionScores {
    private static final int SIZE = AttentionTiles.SIZE;

    /** Slots of the scratch memory from here on are free for users of this class. */
    static final int FREE_FLOATS = 4;

    private final AttentionInputs inputs;
    private final AttentionTiles tiles;
    private final float[] reversedPosition;
    private final AttentionTimes times;
    private final float[] tile;
    private final float[] bias;
    private final float[] keys;
    private int first;
    private int keyStart;
    private int keyCount;
    private int rows;
    private int width;
    private int diagonal;

    /** Buffers of one worker; {@code reversedPosition} is {@link #reversedPosition what the static method made}. */
    AttentionScores(AttentionInputs inputs, AttentionTiles tiles, float[] reversedPosition, Scratch scratch) {
        this.inputs = inputs;
        this.tiles = tiles;
        this.reversedPosition = reversedPosition;
        tile = scratch.floats(0, SIZE * SIZE);
        keys = scratch.floats(1, inputs.shape().heads() * inputs.shape().queryWidth() * SIZE);
        bias = inputs.shape().heads() == 1 ? tile : scratch.floats(3, SIZE * SIZE);
        times = inputs.bias().time() == null ? null : new AttentionTimes(inputs.bias(), tiles, scratch, 2);
    }

    /**
     * The position table backwards, so that the biases of a row of scores lie in the order of the keys: element
     * {@code L - 1 - (i - j)} is the bias of query i and key j, zeros for the keys of a tile behind i.
     *
     * @return {@code [L + SIZE]}, zeros without position bias
     */
    static float[] reversedPosition(AttentionInputs inputs) {
        float[] position = inputs.bias().position();
        int maxLength = inputs.shape().maxLength();
        float[] reversed = new float[maxLength + SIZE];
        for (int k = 0; k < maxLength && position != null; k++) {
            reversed[k] = position[2 * maxLength - 2 - k];
        }
        return reversed;
    }

    /** Starts on a unit. */
    void begin(AttentionPlan plan, int unit) {
        first = inputs.offsets()[plan.sequence(unit)];
        if (times != null) {
            times.begin(
                    first + plan.rowStart(unit),
                    first + plan.rowEnd(unit),
                    first + plan.columnStart(unit),
                    first + plan.columnEnd(unit));
        }
    }

    /** Starts on up to {@link AttentionTiles#SIZE} keys. */
    void keys(int start, int count) {
        keyStart = start;
        keyCount = count;
        AttentionSlice source = inputs.keys();
        int columns = inputs.shape().heads() * inputs.shape().queryWidth();
        tiles.transpose(
                count, columns, source.values(), source.at(first + start, 0), source.rowStride(), keys, 0, SIZE);
        if (times != null) {
            times.keys(first + start, count);
        }
    }

    /**
     * Starts on a tile.
     *
     * @param start first query, not before the first key
     * @param count queries, at most {@link AttentionTiles#SIZE}
     */
    void queries(int start, int count) {
        rows = count;
        diagonal = start - keyStart;
        width = Math.min(SIZE, AttentionPacking.padded(diagonal + count, tiles.lanes()));
        int offset = inputs.shape().maxLength() - 1 - diagonal;
        if (times == null) {
            tiles.positionBias(count, width, reversedPosition, offset, bias);
        } else {
            times.measure(first + start, count, first + keyStart, keyCount, width);
            times.bias(count, width, reversedPosition, offset, bias);
        }
    }

    /**
     * Computes the tile of a head. What causality hides is finite or not, as it happens, and to be overwritten.
     *
     * @param queries {@code [count, queryWidth]}, the head's, from {@code offset} on, rows {@code stride} apart
     */
    void compute(int head, float[] queries, int offset, int stride) {
        if (inputs.shape().heads() > 1) {
            System.arraycopy(bias, 0, tile, 0, rows * SIZE);
        }
        int depth = inputs.shape().queryWidth();
        int key = head * depth * SIZE;
        AttentionProducts.intoTile(tiles, rows, depth, diagonal, width, queries, offset, stride, keys, key, tile);
    }

    /** The tile, {@code [SIZE, SIZE]}. */
    float[] tile() {
        return tile;
    }

    /** Columns of the tile that any of its rows sees, rounded up to the lanes. */
    int width() {
        return width;
    }

    /** The first query's position less the first key's. */
    int diagonal() {
        return diagonal;
    }

    /**
     * Adds the gradients of the tile's scores to those of the biases.
     *
     * @param gradients a tile, the sum over the heads
     * @param sums sums by reversed position, {@code [L + SIZE]}, from {@code offset} on
     * @param position whether the position gradient is wanted
     * @param time whether the time gradient is wanted
     */
    void addBiasGradients(float[] gradients, float[] sums, int offset, boolean position, boolean time) {
        if (position) {
            int start = offset + inputs.shape().maxLength() - 1 - diagonal;
            tiles.addPositionGradient(rows, width, gradients, sums, start);
        }
        if (time) {
            times.addGradient(rows, width, gradients);
        }
    }

    /** Ends the tiles of these keys: adds their time gradients to {@code sums}, {@code [T, lanes]} behind those by position. */
    void flushTimeGradients(float[] sums, int offset) {
        times.flushGradient(sums, offset + inputs.shape().maxLength() + SIZE);
    }
}
