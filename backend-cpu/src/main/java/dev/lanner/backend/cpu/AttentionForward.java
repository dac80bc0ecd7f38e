package dev.lanner.backend.cpu;

/** The forward pass of one worker: {@code o_i = 1/divisor · sum over j <= i of silu(s_ij) v_j}, unit by unit. */
final class AttentionForward {
    private static final int SIZE = AttentionTiles.SIZE;

    private final AttentionInputs inputs;
    private final AttentionSlice out;
    private final AttentionTiles tiles;
    private final Scratch scratch;
    private final AttentionScores scores;

    AttentionForward(
            AttentionInputs inputs,
            AttentionSlice out,
            AttentionTiles tiles,
            float[] reversedPosition,
            Scratch scratch) {
        this.inputs = inputs;
        this.out = out;
        this.tiles = tiles;
        this.scratch = scratch;
        scores = new AttentionScores(inputs, tiles, reversedPosition, scratch);
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
        AttentionSlice sums = AttentionPacking.zeros(
                out, first + rowStart, count, shape.heads(), shape.valueWidth(), width, scratch, slot + 1);
        AttentionSlice queries = inputs.queries();
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
                    tiles.silu(rows, scores.width(), scores.diagonal(), 1 / shape.divisor(), scores.tile());
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
        AttentionPacking.store(sums, out, first + rowStart, count, shape.heads(), shape.valueWidth(), width);
    }
}
