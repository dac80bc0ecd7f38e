package dev.lanner.backend.cpu;

/**
 * The way back through the softmax of one worker's unit: with {@code p_ij = exp(f s_ij - largest_i) / sum_i} and
 * {@code delta_i = do_i·o_i}, which is {@code sum_j p_ij da_ij} of {@code da_ij = do_i·v_j / divisor}, {@code ds_ij = f p_ij (da_ij - delta_i)}.
 */
final class AttentionSoftmaxGradient {
    private final AttentionShape shape;
    private final AttentionTiles tiles;
    private final AttentionOutputs outputs;
    private final Scratch scratch;
    private final int slot;
    private float[] largest;
    private float[] inverses;
    private float[] deltas;
    private int count;

    /** Buffers of one worker; {@code scratch} owns them, three slots from {@code slot} on. */
    AttentionSoftmaxGradient(
            AttentionShape shape, AttentionTiles tiles, AttentionOutputs outputs, Scratch scratch, int slot) {
        this.shape = shape;
        this.tiles = tiles;
        this.outputs = outputs;
        this.scratch = scratch;
        this.slot = slot;
    }

    /** Starts on a unit of {@code rows} rows, {@code first} being the first one's number among all. */
    void begin(int first, int rows, AttentionSlice dOut) {
        count = rows;
        int heads = shape.heads();
        largest = scratch.floats(slot, rows * heads);
        inverses = scratch.floats(slot + 1, rows * heads);
        deltas = scratch.floats(slot + 2, rows * heads);
        AttentionSlice statistics = outputs.statistics();
        for (int row = 0; row < rows; row++) {
            for (int head = 0; head < heads; head++) {
                int to = head * rows + row;
                largest[to] = statistics.values()[statistics.at(first + row, head)];
                inverses[to] = statistics.values()[statistics.at(first + row, heads + head)];
                deltas[to] = product(first + row, head * shape.valueWidth(), dOut);
            }
        }
    }

    private float product(int row, int column, AttentionSlice dOut) {
        AttentionSlice out = outputs.out();
        int one = out.at(row, column);
        int other = dOut.at(row, column);
        float sum = 0;
        for (int k = 0; k < shape.valueWidth(); k++) {
            sum += out.values()[one + k] * dOut.values()[other + k];
        }
        return sum;
    }

    /**
     * Turns a head's tile of scores into weights, and the gradients of the weights into those of the scores.
     *
     * @param row the first one's number in the unit
     */
    void activate(AttentionScores scores, int head, int row, int rows, float[] gradients) {
        tiles.softmaxGradient(
                rows,
                scores.width(),
                scores.diagonal(),
                shape.softmaxFactor(),
                1 / shape.divisor(),
                scores.tile(),
                gradients,
                largest,
                inverses,
                deltas,
                head * count + row);
    }
}
