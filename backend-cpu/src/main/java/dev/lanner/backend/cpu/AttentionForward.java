package dev.lanner.backend.cpu;

/** The forward pass of one worker: {@code o_i = 1/divisor · sum over j <= i of a_ij v_j}, unit by unit. */
final class AttentionForward {
    private static final int SIZE = AttentionTiles.SIZE;

    private final AttentionInputs inputs;
    private final AttentionOutputs outputs;
    private final AttentionTiles tiles;
    private final Scratch scratch;
    private final AttentionScores scores;
    /** Null without a softmax. */
    private final AttentionSoftmax softmax;

    AttentionForward(
            AttentionInputs inputs,
            AttentionOutputs outputs,
            AttentionTiles tiles,
            float[] reversedPosition,
            Scratch scratch) {
        this.inputs = inputs;
        this.outputs = outputs;
        this.tiles = tiles;
        this.scratch = scratch;
        scores = new AttentionScores(inputs, tiles, reversedPosition, scratch);
        softmax = inputs.shape().isSoftmax()
                ? new AttentionSoftmax(inputs.shape(), tiles, scratch, AttentionScores.FREE_FLOATS + 2)
                : null;
    }

    /** Computes the outputs of a unit's rows. */
    void run(AttentionPlan plan, int unit) {
        AttentionShape shape = inputs.shape();
        int first = inputs.offsets()[plan.sequence(unit)];
        int rowStart = plan.rowStart(unit);
        int rowEnd = plan.rowEnd(unit);
        int width = AttentionPacking.padded(shape.valueWidth(), tiles.lanes());
        int count = rowEnd - rowStart;
        int slot = AttentionScores.FREE_FLOATS;
        AttentionSlice out = outputs.out();
        AttentionSlice sums = AttentionPacking.zeros(
                out, first + rowStart, count, shape.heads(), shape.valueWidth(), width, scratch, slot + 1);
        AttentionSlice queries = inputs.queries();
        if (softmax != null) {
            softmax.begin(count);
        }
        scores.begin(plan, unit);
        for (int key = 0; key < rowEnd; key += SIZE) {
            int keys = Math.min(SIZE, rowEnd - key);
            scores.keys(key, keys);
            AttentionSlice values = AttentionPacking.rows(
                    inputs.values(), first + key, keys, shape.heads(), shape.valueWidth(), width, scratch, slot);
            boolean isFinite =
                    tiles.isFinite(keys, shape.heads() * width, values.values(), values.at(0, 0), values.rowStride());
            for (int query = Math.max(rowStart, key); query < rowEnd; query += SIZE) {
                int rows = Math.min(SIZE, rowEnd - query);
                scores.queries(query, rows);
                for (int head = 0; head < shape.heads(); head++) {
                    int at = queries.at(first + query, head * shape.queryWidth());
                    scores.compute(head, queries.values(), at, queries.rowStride());
                    if (softmax == null) {
                        tiles.silu(rows, scores.width(), scores.diagonal(), 1 / shape.divisor(), scores.tile());
                    } else {
                        softmax.activate(
                                rows,
                                scores.width(),
                                scores.diagonal(),
                                scores.tile(),
                                head,
                                query - rowStart,
                                sums,
                                head * width,
                                width);
                    }
                    AttentionProducts.rowsOfTile(
                            tiles,
                            rows,
                            keys,
                            scores.diagonal(),
                            width,
                            scores.tile(),
                            isFinite,
                            values,
                            sums,
                            query - rowStart,
                            head * width);
                }
            }
        }
        if (softmax != null) {
            softmax.end(first + rowStart, sums, width, outputs.statistics());
        }
        AttentionPacking.store(sums, out, first + rowStart, count, shape.heads(), shape.valueWidth(), width);
    }
}
