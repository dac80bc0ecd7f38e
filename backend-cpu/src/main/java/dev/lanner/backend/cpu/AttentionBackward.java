package dev.lanner.backend.cpu;

import java.util.Arrays;

/**
 * The backward pass of one worker. With {@code a = silu(s) / divisor}, {@code da_ij = do_i·v_j} and
 * {@code ds = da silu'(s) / divisor}: {@code dq_i = sum_j ds_ij k_j}, {@code dk_j = sum_i ds_ij q_i}, {@code dv_j = sum_i a_ij do_i},
 * and a bias gradient is the sum of the ds that read the bias. Scores are recomputed; sums run over ascending i and j, in one chain
 * for each element, however the work is cut.
 */
final class AttentionBackward {
    private static final int SIZE = AttentionTiles.SIZE;
    /** The first slot of the scratch memory that is not that of the scores. */
    private static final int SLOT = AttentionScores.FREE_FLOATS;

    private final AttentionInputs inputs;
    private final AttentionSlice dOut;
    private final AttentionGradients gradients;
    private final AttentionTiles tiles;
    private final AttentionScores scores;
    private final Scratch scratch;
    private final int queryWidth;
    private final int valueWidth;
    private final float[] dScores;
    private final float[] transposedValues;
    private AttentionSlice keys;
    private AttentionSlice dKeys;
    private AttentionSlice dValues;

    AttentionBackward(
            AttentionInputs inputs,
            AttentionSlice dOut,
            AttentionGradients gradients,
            AttentionTiles tiles,
            float[] reversedPosition,
            Scratch scratch) {
        this.inputs = inputs;
        this.dOut = dOut;
        this.gradients = gradients;
        this.tiles = tiles;
        this.scratch = scratch;
        scores = new AttentionScores(inputs, tiles, reversedPosition, scratch);
        queryWidth = AttentionPacking.padded(inputs.shape().queryWidth(), tiles.lanes());
        valueWidth = AttentionPacking.padded(inputs.shape().valueWidth(), tiles.lanes());
        dScores = scratch.floats(SLOT, SIZE * SIZE);
        transposedValues = scratch.floats(SLOT + 1, inputs.shape().valueWidth() * SIZE);
    }

    /**
     * Computes the gradients of a unit.
     *
     * @param sums sums of the bias gradients, {@code [L + SIZE]} by position and {@code [T, lanes]} by bucket, from {@code offset} on
     */
    void run(AttentionPlan plan, int unit, float[] sums, int offset) {
        AttentionShape shape = inputs.shape();
        boolean ofColumns = plan.computes(unit, AttentionPlan.COLUMNS);
        boolean ofQueries = plan.computes(unit, AttentionPlan.ROWS) && gradients.queries() != null;
        boolean ofKeys = ofColumns && gradients.keys() != null;
        boolean ofValues = ofColumns && gradients.values() != null;
        boolean ofPosition = ofColumns && gradients.position() != null;
        boolean ofTime = ofColumns && gradients.time() != null;
        boolean ofScores = ofQueries || ofKeys || ofPosition || ofTime;
        if (!ofScores && !ofValues) {
            return;
        }
        int first = inputs.offsets()[plan.sequence(unit)];
        int queryColumn = plan.head(unit) * shape.queryWidth();
        int valueColumn = plan.head(unit) * shape.valueWidth();
        int rowStart = plan.rowStart(unit);
        int rowEnd = plan.rowEnd(unit);
        int count = rowEnd - rowStart;
        AttentionSlice queries = AttentionPacking.rows(
                inputs.queries(),
                first + rowStart,
                count,
                queryColumn,
                shape.queryWidth(),
                queryWidth,
                scratch,
                SLOT + 5);
        AttentionSlice dOuts = AttentionPacking.rows(
                dOut, first + rowStart, count, valueColumn, shape.valueWidth(), valueWidth, scratch, SLOT + 6);
        AttentionSlice dQueries = null;
        if (ofQueries) {
            dQueries = AttentionPacking.zeros(
                    gradients.queries(),
                    first + rowStart,
                    count,
                    queryColumn,
                    shape.queryWidth(),
                    queryWidth,
                    scratch,
                    SLOT + 7);
        }
        scores.begin(plan, unit);
        int columnEnd = plan.columnEnd(unit);
        for (int key = plan.columnStart(unit); key < columnEnd; key += SIZE) {
            int columns = Math.min(SIZE, columnEnd - key);
            startKeys(first + key, columns, queryColumn, valueColumn, ofKeys, ofValues);
            scores.keys(key, columns);
            for (int query = Math.max(rowStart, key); query < rowEnd; query += SIZE) {
                int rows = Math.min(SIZE, rowEnd - query);
                int row = query - rowStart;
                scores.compute(query, rows, queries.values(), queries.at(row, 0), queries.rowStride());
                activate(rows, dOuts, row, ofScores);
                int diagonal = scores.diagonal();
                if (ofValues) {
                    AttentionProducts.columnsOfTile(
                            tiles, rows, columns, diagonal, valueWidth, scores.tile(), dOuts, row, dValues);
                }
                if (ofQueries) {
                    AttentionProducts.rowsOfTile(
                            tiles, rows, columns, diagonal, queryWidth, dScores, keys, dQueries, row);
                }
                if (ofKeys) {
                    AttentionProducts.columnsOfTile(
                            tiles, rows, columns, diagonal, queryWidth, dScores, queries, row, dKeys);
                }
                scores.addBiasGradients(dScores, sums, offset, ofPosition, ofTime);
            }
            if (ofTime) {
                scores.flushTimeGradients(sums, offset);
            }
            if (ofKeys) {
                AttentionPacking.store(
                        dKeys, gradients.keys(), first + key, columns, queryColumn, shape.queryWidth(), queryWidth);
            }
            if (ofValues) {
                AttentionPacking.store(
                        dValues, gradients.values(), first + key, columns, valueColumn, shape.valueWidth(), valueWidth);
            }
        }
        if (ofQueries) {
            AttentionPacking.store(
                    dQueries,
                    gradients.queries(),
                    first + rowStart,
                    count,
                    queryColumn,
                    shape.queryWidth(),
                    queryWidth);
        }
    }

    /** Takes up a tile's keys and values, given by their first global row, and clears their gradients. */
    private void startKeys(int start, int count, int queryColumn, int valueColumn, boolean ofKeys, boolean ofValues) {
        AttentionShape shape = inputs.shape();
        keys = AttentionPacking.rows(
                inputs.keys(), start, count, queryColumn, shape.queryWidth(), queryWidth, scratch, SLOT + 2);
        AttentionPacking.transposed(inputs.values(), start, count, valueColumn, shape.valueWidth(), transposedValues);
        if (ofKeys) {
            dKeys = AttentionPacking.zeros(
                    gradients.keys(), start, count, queryColumn, shape.queryWidth(), queryWidth, scratch, SLOT + 3);
        }
        if (ofValues) {
            dValues = AttentionPacking.zeros(
                    gradients.values(), start, count, valueColumn, shape.valueWidth(), valueWidth, scratch, SLOT + 4);
        }
    }

    /** Turns the tile of scores into a, and {@link #dScores} into ds where it is wanted. */
    private void activate(int rows, AttentionSlice dOuts, int row, boolean ofScores) {
        int width = scores.width();
        int diagonal = scores.diagonal();
        float scale = 1 / inputs.shape().divisor();
        if (!ofScores) {
            tiles.silu(rows, width, diagonal, scale, scores.tile());
            return;
        }
        Arrays.fill(dScores, 0, rows * SIZE, 0);
        int depth = inputs.shape().valueWidth();
        AttentionProducts.intoTile(
                tiles,
                rows,
                depth,
                diagonal,
                width,
                dOuts.values(),
                dOuts.at(row, 0),
                dOuts.rowStride(),
                transposedValues,
                dScores);
        tiles.siluGradient(rows, width, diagonal, scale, scores.tile(), dScores);
    }
}
