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
    /** Candidates of a tile. */
    private static final int ROWS = AttentionTiles.SIZE;

    /** Most events of a tile: four vectors of 512 bits. Tiles are nearly equally wide, so that none is a slow narrow one. */
    private static final int COLUMNS = 64;

    /** Candidates of a task: whole tiles, and tasks enough for threads to share a catalogue evenly. */
    private static final int GRAIN = 2 * ROWS;

    /** A list up to this long is one task: many threads that ask at a time each do their own. */
    private static final int SHORT = 3 * ROWS;

    /** Work space of the lone task that holds the others together. */
    private static final int KEYS = 0;

    private static final int BIAS = 1;

    /** Work space of a task. */
    private static final int TILE = 0;

    private static final int OWN_SCORES = 1;
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
        int heads = op.attention().heads();
        Rows keys = Rows.of(inputs[3]);
        Rows out = Rows.of(outputs[0]);
        int keyWidth = inputs[0].shape().size(1) / heads;
        int vectors = WorkerPool.tasks(inputs[3].shape().size(0), tiles.lanes());
        pool.run(1, (lone, own) -> {
            int padded = vectors * tiles.lanes();
            float[] bias = own.floats(BIAS, padded + ROWS);
            findBias(inputs, padded, bias);
            Candidates c = new Candidates(
                    AttentionSlice.of(inputs[0]),
                    AttentionSlice.of(inputs[1]),
                    AttentionSlice.of(inputs[2]),
                    AttentionSlice.of(inputs[4]),
                    own.floats(KEYS, heads * keyWidth * padded),
                    bias,
                    AttentionSlice.of(outputs[0]),
                    keys.count(),
                    vectors,
                    keyWidth,
                    out.width() / heads);
            for (int head = 0; head < heads; head++) {
                transpose(keys, head, c);
            }
            int grain = out.count() <= SHORT ? SHORT : GRAIN;
            pool.run(WorkerPool.tasks(out.count(), grain), (task, scratch) -> {
                int end = (int) Math.min(out.count(), (task + 1L) * grain);
                for (int head = 0; head < heads; head++) {
                    for (int first = task * grain; first < end; first += ROWS) {
                        attend(c, head, first, Math.min(ROWS, end - first), scratch);
                    }
                }
            });
        });
    }

    /**
     * Operands of one call.
     *
     * @param keys of the history, for each head and tile of events {@code [keyWidth, columns of the tile]}
     * @param bias of each event, {@code [n]} and zeros to the last whole vector; then ROWS times that of a candidate with itself
     * @param events n
     * @param vectors that hold an element for each event
     */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Candidates(
            AttentionSlice q,
            AttentionSlice k,
            AttentionSlice v,
            AttentionSlice values,
            float[] keys,
            float[] bias,
            AttentionSlice out,
            int events,
            int vectors,
            int keyWidth,
            int valueWidth) {}

    private int tileCount(int vectors) {
        return WorkerPool.tasks(vectors * tiles.lanes(), COLUMNS);
    }

    /** The first event of a tile; of the tile behind the last, the number of events in whole vectors. */
    private int start(int tile, int vectors) {
        return tile * vectors / Math.max(1, tileCount(vectors)) * tiles.lanes();
    }

    /** The candidates stand at one position and time: one row of biases is that of all of them. */
    private void findBias(View[] inputs, int padded, float[] bias) {
        View times = inputs[5];
        int events = times.shape().size(0);
        long queryTime = time(inputs[6], 0);
        Arrays.fill(bias, events, padded, 0);
        for (int j = 0; j < events; j++) {
            bias[j] = bias(inputs, events - j, op.attention().bucket(queryTime, time(times, j)));
        }
        Arrays.fill(bias, padded, padded + ROWS, bias(inputs, 0, op.attention().bucket(queryTime, queryTime)));
    }

    private float bias(View[] inputs, int distance, int bucket) {
        return element(inputs[7], op.positionIndex(distance)) + element(inputs[8], bucket);
    }

    private static float element(View table, int index) {
        return ((HostArray) table.storage()).floats()[table.layout().position(index)];
    }

    private static long time(View times, int index) {
        return ((HostArray) times.storage()).longs()[times.layout().position(index)];
    }

    /** Brings a head's keys to the columns of their tiles, zeros behind the last. */
    private void transpose(Rows keys, int head, Candidates c) {
        float[] from = keys.values();
        float[] target = c.keys();
        int width = c.keyWidth();
        int padded = c.vectors() * tiles.lanes();
        for (int tile = 0; tile < tileCount(c.vectors()); tile++) {
            int start = start(tile, c.vectors());
            int columns = start(tile + 1, c.vectors()) - start;
            int to = (head * padded + start) * width;
            int count = Math.min(columns, c.events() - start);
            for (int column = 0; column < count; column++) {
                int row = keys.at(start + column) + head * width;
                for (int k = 0; k < width; k++) {
                    target[to + k * columns + column] = from[row + k];
                }
            }
            for (int k = 0; k < width && count < columns; k++) {
                Arrays.fill(target, to + k * columns + count, to + (k + 1) * columns, 0);
            }
        }
    }

    /** One head of the candidates in a tile's rows. */
    private void attend(Candidates c, int head, int first, int rows, Scratch scratch) {
        int padded = AttentionPacking.padded(c.valueWidth(), tiles.lanes());
        int valueColumn = head * c.valueWidth();
        float[] scores = scratch.floats(TILE, (ROWS + 1) * COLUMNS);
        AttentionSlice sums = AttentionPacking.zeros(
                c.out().from(valueColumn), first, rows, 1, c.valueWidth(), padded, scratch, SUMS);
        int queries = c.q().at(first, head * c.keyWidth());
        for (int tile = 0; tile < tileCount(c.vectors()); tile++) {
            int start = start(tile, c.vectors());
            int columns = start(tile + 1, c.vectors()) - start;
            int count = Math.min(columns, c.events() - start);
            for (int row = 0; row < rows; row++) {
                System.arraycopy(c.bias(), start, scores, row * columns, columns);
            }
            tiles.multiplyAdd(
                    rows,
                    c.keyWidth(),
                    columns,
                    c.q().values(),
                    queries,
                    c.q().rowStride(),
                    1,
                    c.keys(),
                    (head * c.vectors() * tiles.lanes() + start) * c.keyWidth(),
                    columns,
                    scores,
                    0,
                    columns);
            silu(rows * columns, scores);
            AttentionSlice values = AttentionPacking.rows(
                    c.values().from(valueColumn), start, count, 1, c.valueWidth(), padded, scratch, VALUES);
            add(rows, count, padded, scores, 0, columns, values, 0, sums, 0);
        }
        attendToItself(c, head, first, rows, sums, padded, scratch);
        AttentionPacking.store(sums, c.out().from(valueColumn), first, rows, 1, c.valueWidth(), padded);
    }

    private void attendToItself(
            Candidates c, int head, int first, int rows, AttentionSlice sums, int padded, Scratch scratch) {
        float[] scores = scratch.floats(OWN_SCORES, ROWS);
        System.arraycopy(c.bias(), c.vectors() * tiles.lanes(), scores, 0, ROWS);
        int column = head * c.keyWidth();
        tiles.diagonalAdd(
                rows,
                c.keyWidth(),
                c.q().values(),
                c.q().at(first, column),
                c.q().rowStride(),
                c.k().values(),
                c.k().at(first, column),
                c.k().rowStride(),
                scores);
        silu(rows, scores);
        AttentionSlice values = AttentionPacking.rows(
                c.v().from(head * c.valueWidth()), first, rows, 1, c.valueWidth(), padded, scratch, OWN_VALUES);
        for (int row = 0; row < rows; row++) {
            add(1, 1, padded, scores, row, 1, values, row, sums, row);
        }
    }

    /** Of these scores none is hidden, so it does not matter where rows end. Up to a row more is computed. */
    private void silu(int count, float[] scores) {
        int size = AttentionTiles.SIZE;
        tiles.silu(
                WorkerPool.tasks(count, size),
                size,
                size,
                1 / (float) op.attention().divisor(),
                scores);
    }

    /** {@code sums += scores values}, from a row of each on. */
    private void add(
            int rows,
            int depth,
            int width,
            float[] scores,
            int from,
            int stride,
            AttentionSlice values,
            int valueRow,
            AttentionSlice sums,
            int sumsRow) {
        tiles.multiplyAdd(
                rows,
                depth,
                width,
                scores,
                from,
                stride,
                1,
                values.values(),
                values.at(valueRow, 0),
                values.rowStride(),
                sums.values(),
                sums.at(sumsRow, 0),
                sums.rowStride());
    }
}
