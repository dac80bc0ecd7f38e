package dev.lanner.backend.cpu;

import java.util.Arrays;

/**
 * The backward pass of one worker. With {@code a = silu(s) / divisor}, {@code da_ij = do_i·v_j} and
 * {@code ds = da silu'(s) / divisor}, or those of {@link AttentionSoftmaxGradient}: {@code dq_i = sum_j ds_ij k_j},
 * {@code dk_j = sum_i ds_ij q_i}, {@code dv_j = sum_i a_ij do_i},
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
    /** Null without a softmax. */
    private final AttentionSoftmaxGradient softmax;

    private final Scratch scratch;
    private final int queryWidth;
    private final int valueWidth;
    private final float[] dScores;
    private final float[] dBias;
    private final float[] transposedValues;
    private AttentionSlice keys;
    private boolean keysAreFinite;
    private AttentionSlice dKeys;
    private AttentionSlice dValues;

    AttentionBackward(
            AttentionInputs inputs,
            AttentionOutputs outputs,
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
        softmax = inputs.shape().isSoftmax()
                ? new AttentionSoftmaxGradient(inputs.shape(), tiles, outputs, scratch, SLOT + 9)
                : null;
        queryWidth = AttentionPacking.padded(inputs.shape().queryWidth(), tiles.lanes());
        valueWidth = AttentionPacking.padded(inputs.shape().valueWidth(), tiles.lanes());
        dScores = scratch.floats(SLOT, SIZE * SIZE);
        int heads = inputs.shape().heads();
        dBias = heads == 1 ? dScores : scratch.floats(SLOT + 8, SIZE * SIZE);
        transposedValues = scratch.floats(SLOT + 1, heads * inputs.shape().valueWidth() * SIZE);
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
        int rowStart = plan.rowStart(unit);
        int rowEnd = plan.rowEnd(unit);
        int count = rowEnd - rowStart;
        AttentionSlice queries = AttentionPacking.rows(
                inputs.queries(),
                first + rowStart,
                count,
                shape.heads(),
                shape.queryWidth(),
                queryWidth,
                scratch,
                SLOT + 5);
        AttentionSlice dOuts = AttentionPacking.rows(
                dOut, first + rowStart, count, shape.heads(), shape.valueWidth(), valueWidth, scratch, SLOT + 6);
        AttentionSlice dQueries = null;
        if (ofQueries) {
            dQueries = AttentionPacking.zeros(
                    gradients.queries(),
                    first + rowStart,
                    count,
                    shape.heads(),
                    shape.queryWidth(),
                    queryWidth,
                    scratch,
                    SLOT + 7);
        }
        scores.begin(plan, unit);
        if (softmax != null) {
            softmax.begin(first + rowStart, count, dOut);
        }
        int columnEnd = plan.columnEnd(unit);
        for (int key = plan.columnStart(unit); key < columnEnd; key += SIZE) {
            int columns = Math.min(SIZE, columnEnd - key);
            startKeys(first + key, columns, ofKeys, ofValues);
            scores.keys(key, columns);
            for (int query = Math.max(rowStart, key); query < rowEnd; query += SIZE) {
                int rows = Math.min(SIZE, rowEnd - query);
                int row = query - rowStart;
                scores.queries(query, rows);
                int diagonal = scores.diagonal();
                for (int head = 0; head < shape.heads(); head++) {
                    int ofQuery = head * queryWidth;
                    int ofValue = head * valueWidth;
                    scores.compute(head, queries.values(), queries.at(row, ofQuery), queries.rowStride());
                    activate(rows, head, dOuts, row, ofScores);
                    if (ofValues) {
                        AttentionProducts.columnsOfTile(
                                tiles,
                                rows,
                                columns,
                                diagonal,
                                valueWidth,
                                scores.tile(),
                                dOuts,
                                row,
                                dValues,
                                ofValue);
                    }
                    if (ofQueries) {
                        AttentionProducts.rowsOfTile(
                                tiles,
                                rows,
                                columns,
                                diagonal,
                                queryWidth,
                                dScores,
                                keysAreFinite,
                                keys,
                                dQueries,
                                row,
                                ofQuery);
                    }
                    if (ofKeys) {
                        AttentionProducts.columnsOfTile(
                                tiles, rows, columns, diagonal, queryWidth, dScores, queries, row, dKeys, ofQuery);
                    }
                    if (ofPosition || ofTime) {
                        addToBias(head, rows);
                    }
                }
                scores.addBiasGradients(dBias, sums, offset, ofPosition, ofTime);
            }
            if (ofTime) {
                scores.flushTimeGradients(sums, offset);
            }
            if (ofKeys) {
                AttentionPacking.store(
                        dKeys, gradients.keys(), first + key, columns, shape.heads(), shape.queryWidth(), queryWidth);
            }
            if (ofValues) {
                AttentionPacking.store(
                        dValues,
                        gradients.values(),
                        first + key,
                        columns,
                        shape.heads(),
                        shape.valueWidth(),
                        valueWidth);
            }
        }
        if (ofQueries) {
            AttentionPacking.store(
                    dQueries,
                    gradients.queries(),
                    first + rowStart,
                    count,
                    shape.heads(),
                    shape.queryWidth(),
                    queryWidth);
        }
    }

    /** Takes up a tile's keys and values, given by their first global row, and clears their gradients. */
    private void startKeys(int start, int count, boolean ofKeys, boolean ofValues) {
        AttentionShape shape = inputs.shape();
        int heads = shape.heads();
        keys = AttentionPacking.rows(
                inputs.keys(), start, count, heads, shape.queryWidth(), queryWidth, scratch, SLOT + 2);
        keysAreFinite = tiles.isFinite(count, heads * queryWidth, keys.values(), keys.at(0, 0), keys.rowStride());
        AttentionSlice values = inputs.values();
        int columns = heads * shape.valueWidth();
        tiles.transpose(
                count, columns, values.values(), values.at(start, 0), values.rowStride(), transposedValues, 0, SIZE);
        if (ofKeys) {
            dKeys = AttentionPacking.zeros(
                    gradients.keys(), start, count, heads, shape.queryWidth(), queryWidth, scratch, SLOT + 3);
        }
        if (ofValues) {
            dValues = AttentionPacking.zeros(
                    gradients.values(), start, count, heads, shape.valueWidth(), valueWidth, scratch, SLOT + 4);
        }
    }

    /** Turns a head's tile of scores into a, and {@link #dScores} into ds where it is wanted. */
    private void activate(int rows, int head, AttentionSlice dOuts, int row, boolean ofScores) {
        int width = scores.width();
        int diagonal = scores.diagonal();
        float scale = 1 / inputs.shape().divisor();
        if (!ofScores && softmax == null) {
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
                dOuts.at(row, head * valueWidth),
                dOuts.rowStride(),
                transposedValues,
                head * depth * SIZE,
                dScores);
        if (softmax == null) {
            tiles.siluGradient(rows, width, diagonal, scale, scores.tile(), dScores);
        } else {
            softmax.activate(scores, head, row, rows, dScores);
        }
    }

    /** Sums {@link #dScores} over the heads. */
    private void addToBias(int head, int rows) {
        if (inputs.shape().heads() == 1) {
            return;
        }
        if (head == 0) {
            System.arraycopy(dScores, 0, dBias, 0, rows * SIZE);
        } else {
            tiles.addTile(rows, scores.width(), dScores, dBias);
        }
    }
}
