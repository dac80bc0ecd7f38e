package dev.lanner.backend.cpu;

import dev.lanner.tensor.backend.FusedKernel;
import dev.lanner.tensor.backend.HostArray;
import dev.lanner.tensor.backend.View;
import dev.lanner.tensor.functional.CandidateAttention;
import java.util.Arrays;

/**
 * {@link CandidateAttention} by tiles of scores, without a gradient. The history's keys are transposed and its biases looked up once
 * for all candidates. Every sum is one chain in the order of the events, the candidate itself last, as in {@link AttentionForward}: a
 * row has the bits that the attention over history and candidate together gives, whatever candidates are beside it.
 */
final class CandidateAttentionKernel implements FusedKernel {
    private static final int SIZE = AttentionTiles.SIZE;
    private static final int BLOCK = AttentionTiles.BLOCK;

    /** Candidates of a task: whole tiles, and a short list stays on the thread that asks. */
    private static final int GRAIN = 3 * SIZE;

    /** Work space of the lone task that holds the others together. */
    private static final int KEYS = 0;

    private static final int BIAS = 1;

    /** Work space of a task. */
    private static final int TILE = 0;

    private static final int OWN_KEYS = 1;
    private static final int VALUES = 2;
    private static final int OWN_VALUES = 3;
    private static final int SUMS = 4;

    private final WorkerPool pool;
    private final AttentionTiles tiles;
    private final CandidateAttention op;

    /** A kernel without state of its own. */
    CandidateAttentionKernel(WorkerPool pool, AttentionTiles tiles, CandidateAttention op) {
        this.pool = pool;
        this.tiles = tiles;
        this.op = op;
    }

    @Override
    public boolean hasGradient() {
        return false;
    }

    @Override
    public void backward(View[] inputs, View[] outputs, View dOut, View[] dInputs) {
        throw new IllegalStateException("candidateAttention: this kernel has no gradient");
    }

    @Override
    public void forward(View[] inputs, View[] outputs) {
        Rows out = Rows.of(outputs[0]);
        Rows keys = Rows.of(inputs[3]);
        int keyWidth = keys.width() / op.attention().heads();
        int padded = padded(inputs[3].shape().size(0));
        pool.run(1, (lone, own) -> {
            float[] bias = own.floats(BIAS, padded + SIZE);
            findBias(inputs, padded, bias);
            float[] transposed = own.floats(KEYS, op.attention().heads() * keyWidth * padded);
            for (int head = 0; head < op.attention().heads(); head++) {
                transpose(slice(keys), keys.count(), head, keyWidth, padded, transposed);
            }
            Candidates candidates = new Candidates(
                    slice(Rows.of(inputs[0])),
                    slice(Rows.of(inputs[1])),
                    slice(Rows.of(inputs[2])),
                    slice(Rows.of(inputs[4])),
                    transposed,
                    bias,
                    slice(out));
            int events = keys.count();
            int valueWidth = out.width() / op.attention().heads();
            pool.run(WorkerPool.tasks(out.count(), GRAIN), (task, scratch) -> {
                int end = (int) Math.min(out.count(), (task + 1L) * GRAIN);
                for (int head = 0; head < op.attention().heads(); head++) {
                    for (int first = task * GRAIN; first < end; first += SIZE) {
                        int rows = Math.min(SIZE, end - first);
                        rows(candidates, head, first, rows, events, keyWidth, valueWidth, scratch);
                    }
                }
            });
        });
    }

    /**
     * Operands of one call.
     *
     * @param keys of the history, for each head and tile of events {@code [keyWidth, SIZE]}
     * @param bias of each event, {@code [n]} and zeros to the end of the last tile; then that of a candidate with itself
     */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Candidates(
            AttentionSlice q,
            AttentionSlice k,
            AttentionSlice v,
            AttentionSlice values,
            float[] keys,
            float[] bias,
            AttentionSlice out) {}

    private static AttentionSlice slice(Rows rows) {
        return new AttentionSlice(rows.values(), rows.offset(), rows.stride());
    }

    private static int padded(int events) {
        return AttentionPacking.padded(events, SIZE);
    }

    /** The candidates stand at one position and time: one row of biases is that of all of them. */
    private void findBias(View[] inputs, int padded, float[] bias) {
        View times = inputs[5];
        long[] keyTimes = longs(times);
        int from = times.layout().offset();
        int step = times.layout().stride(0);
        int events = times.shape().size(0);
        long queryTime = longs(inputs[6])[inputs[6].layout().offset()];
        Arrays.fill(bias, 0, padded + SIZE, 0);
        for (int j = 0; j < events; j++) {
            bias[j] = bias(inputs, events - j, op.attention().bucket(queryTime, keyTimes[from + j * step]));
        }
        Arrays.fill(bias, padded, padded + SIZE, bias(inputs, 0, op.attention().bucket(queryTime, queryTime)));
    }

    private float bias(View[] inputs, int distance, int bucket) {
        return element(inputs[7], op.positionIndex(distance)) + element(inputs[8], bucket);
    }

    private static float element(View table, int index) {
        return ((HostArray) table.storage())
                .floats()[table.layout().offset() + index * table.layout().stride(0)];
    }

    private static long[] longs(View view) {
        return ((HostArray) view.storage()).longs();
    }

    private static void transpose(AttentionSlice keys, int events, int head, int width, int padded, float[] target) {
        for (int start = 0; start < events; start += SIZE) {
            int at = (head * padded + start) * width;
            transposed(keys, start, Math.min(SIZE, events - start), head * width, width, target, at);
        }
    }

    /** Up to SIZE rows as the columns of {@code [width, SIZE]} from {@code at} on, zeros behind the last. */
    private static void transposed(
            AttentionSlice source, int start, int count, int column, int width, float[] target, int at) {
        Arrays.fill(target, at, at + width * SIZE, 0);
        for (int row = 0; row < count; row++) {
            int from = source.at(start + row, column);
            for (int k = 0; k < width; k++) {
                target[at + k * SIZE + row] = source.values()[from + k];
            }
        }
    }

    /** One head of up to SIZE candidates. */
    private void rows(
            Candidates c, int head, int first, int rows, int events, int keyWidth, int valueWidth, Scratch scratch) {
        int width = AttentionPacking.padded(valueWidth, tiles.lanes());
        int keyColumn = head * keyWidth;
        int valueColumn = head * valueWidth;
        float scale = 1 / (float) op.attention().divisor();
        float[] tile = scratch.floats(TILE, SIZE * SIZE);
        AttentionSlice sums =
                AttentionPacking.zeros(c.out().from(valueColumn), first, rows, 1, valueWidth, width, scratch, SUMS);
        int queries = c.q().at(first, keyColumn);
        for (int start = 0; start < events; start += SIZE) {
            int count = Math.min(SIZE, events - start);
            int columns = AttentionPacking.padded(count, tiles.lanes());
            for (int row = 0; row < rows; row++) {
                System.arraycopy(c.bias(), start, tile, row * SIZE, columns);
            }
            tiles.multiplyAdd(
                    rows,
                    keyWidth,
                    columns,
                    c.q().values(),
                    queries,
                    c.q().rowStride(),
                    1,
                    c.keys(),
                    (head * padded(events) + start) * keyWidth,
                    SIZE,
                    tile,
                    0,
                    SIZE);
            // At this distance from the diagonal nothing is hidden.
            tiles.silu(rows, columns, SIZE, scale, tile);
            AttentionSlice values = AttentionPacking.rows(
                    c.values().from(valueColumn), start, count, 1, valueWidth, width, scratch, VALUES);
            add(rows, count, width, tile, 0, values, 0, sums, 0);
        }
        itself(c, first, rows, keyWidth, queries, padded(events), head, valueWidth, width, sums, scratch);
        AttentionPacking.store(sums, c.out().from(valueColumn), first, rows, 1, valueWidth, width);
    }

    /** Adds each candidate's attention to itself: the diagonal of a tile of candidates, block by block. */
    private void itself(
            Candidates c,
            int first,
            int rows,
            int keyWidth,
            int queries,
            int biasAt,
            int head,
            int valueWidth,
            int width,
            AttentionSlice sums,
            Scratch scratch) {
        float[] tile = scratch.floats(TILE, SIZE * SIZE);
        // A block's columns may reach behind the last row.
        float[] keys = scratch.floats(OWN_KEYS, (keyWidth + 1) * SIZE);
        transposed(c.k(), first, rows, head * keyWidth, keyWidth, keys, 0);
        Arrays.fill(keys, keyWidth * SIZE, (keyWidth + 1) * SIZE, 0);
        AttentionSlice values = AttentionPacking.rows(
                c.v().from(head * valueWidth), first, rows, 1, valueWidth, width, scratch, OWN_VALUES);
        int columns = AttentionPacking.padded(BLOCK, tiles.lanes());
        for (int row = 0; row < rows; row += BLOCK) {
            int block = Math.min(BLOCK, rows - row);
            for (int r = 0; r < block; r++) {
                System.arraycopy(c.bias(), biasAt, tile, r * SIZE, columns);
            }
            tiles.multiplyAdd(
                    block,
                    keyWidth,
                    columns,
                    c.q().values(),
                    queries + row * c.q().rowStride(),
                    c.q().rowStride(),
                    1,
                    keys,
                    row,
                    SIZE,
                    tile,
                    0,
                    SIZE);
            tiles.silu(block, columns, SIZE, 1 / (float) op.attention().divisor(), tile);
            for (int r = 0; r < block; r++) {
                add(1, 1, width, tile, r * SIZE + r, values, row + r, sums, row + r);
            }
        }
    }

    /** {@code sums += tile values}, from a row of each on. */
    private void add(
            int rows,
            int depth,
            int width,
            float[] tile,
            int from,
            AttentionSlice values,
            int valueRow,
            AttentionSlice sums,
            int sumsRow) {
        tiles.multiplyAdd(
                rows,
                depth,
                width,
                tile,
                from,
                SIZE,
                1,
                values.values(),
                values.at(valueRow, 0),
                values.rowStride(),
                sums.values(),
                sums.at(sumsRow, 0),
                sums.rowStride());
    }
}
