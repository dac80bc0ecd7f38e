package dev.lanner.backend.cpu;

import dev.lanner.tensor.backend.FusedKernel;
import dev.lanner.tensor.backend.HostArray;
import dev.lanner.tensor.backend.View;
import dev.lanner.tensor.functional.AttentionActivation;
import dev.lanner.tensor.functional.CandidateAttention;
import dev.lanner.tensor.functional.HstuAttention;
import java.util.Arrays;

/**
 * {@link CandidateAttention} by tiles of scores, without a gradient. The history's keys are transposed and its biases looked up once
 * for all candidates. Every sum is one chain in the order of the events, the candidate itself last, as in {@link AttentionForward}: a
 * row has the bits that the attention over history and candidate together gives, whatever candidates are beside it. A softmax is scaled
 * by tile, so its tiles are those of that attention, and the candidate's own score has its place behind the last event's.
 */
final class CandidateAttentionKernel implements FusedKernel {
    /** Candidates of a tile. */
    private static final int ROWS = AttentionTiles.SIZE;

    /** Most events of a tile without a softmax: four vectors of 512 bits. Tiles are nearly equally wide, none is a slow narrow one. */
    private static final int COLUMNS = 64;

    /** Events of a tile with a softmax. */
    private static final int SOFTMAX_COLUMNS = AttentionTiles.SIZE;

    /** Candidates of a task: a tile, so that threads share a catalogue evenly. */
    private static final int GRAIN = ROWS;

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
    private static final int QUERY_COLUMNS = 5;
    private static final int KEY_COLUMNS = 6;
    /** The first of those of {@link AttentionSoftmax}. */
    private static final int SOFTMAX = 7;

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
        int vectors = vectors(inputs[3].shape().size(0));
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
                AttentionSoftmax softmax = isSoftmax() ? new AttentionSoftmax(shape(c), tiles, scratch, SOFTMAX) : null;
                for (int head = 0; head < heads; head++) {
                    for (int first = task * grain; first < end; first += ROWS) {
                        attend(c, head, first, Math.min(ROWS, end - first), softmax, scratch);
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

    private boolean isSoftmax() {
        return op.attention().activation() == AttentionActivation.SOFTMAX;
    }

    private AttentionShape shape(Candidates c) {
        HstuAttention of = op.attention();
        return new AttentionShape(
                c.events(), 1, 1, c.keyWidth(), c.valueWidth(), of.maxLength(), (float) of.divisor(), of.activation());
    }

    /** Vectors that hold an element for each event; with a softmax whole tiles, and room for the candidate itself. */
    private int vectors(int events) {
        return isSoftmax()
                ? (events / SOFTMAX_COLUMNS + 1) * (SOFTMAX_COLUMNS / tiles.lanes())
                : WorkerPool.tasks(events, tiles.lanes());
    }

    private int tileCount(int vectors) {
        return WorkerPool.tasks(vectors * tiles.lanes(), isSoftmax() ? SOFTMAX_COLUMNS : COLUMNS);
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
        int own = op.attention().bucket(queryTime, time(inputs[7], 0));
        Arrays.fill(bias, padded, padded + ROWS, bias(inputs, 0, own));
    }

    private float bias(View[] inputs, int distance, int bucket) {
        return element(inputs[8], op.positionIndex(distance)) + element(inputs[9], bucket);
    }

    private static float element(View table, int index) {
        return ((HostArray) table.storage()).floats()[table.layout().position(index)];
    }

    private static long time(View times, int index) {
        return ((HostArray) times.storage()).longs()[times.layout().position(index)];
    }

    /** Brings a head's keys to the columns of their tiles, zeros behind the last. */
    private void transpose(Rows keys, int head, Candidates c) {
        int width = c.keyWidth();
        int padded = c.vectors() * tiles.lanes();
        for (int tile = 0; tile < tileCount(c.vectors()); tile++) {
            int start = start(tile, c.vectors());
            int columns = start(tile + 1, c.vectors()) - start;
            int count = Math.min(columns, c.events() - start);
            int from = keys.at(start) + head * width;
            int to = (head * padded + start) * width;
            tiles.transpose(count, width, keys.values(), from, keys.stride(), c.keys(), to, columns);
        }
    }

    /**
     * One head of the candidates in a tile's rows.
     *
     * @param softmax null without one
     */
    private void attend(Candidates c, int head, int first, int rows, AttentionSoftmax softmax, Scratch scratch) {
        int padded = AttentionPacking.padded(c.valueWidth(), tiles.lanes());
        int valueColumn = head * c.valueWidth();
        float[] scores = scratch.floats(TILE, (ROWS + 1) * COLUMNS);
        float[] own = scratch.floats(OWN_SCORES, ROWS);
        AttentionSlice sums = AttentionPacking.zeros(
                c.out().from(valueColumn), first, rows, 1, c.valueWidth(), padded, scratch, SUMS);
        scoreThemselves(c, head, first, rows, own, scratch);
        if (softmax != null) {
            softmax.begin(rows);
        }
        for (int tile = 0; tile < tileCount(c.vectors()); tile++) {
            int start = start(tile, c.vectors());
            int columns = start(tile + 1, c.vectors()) - start;
            int count = Math.min(columns, c.events() - start);
            score(c, head, first, rows, start, columns, scores);
            if (softmax == null) {
                silu(rows * columns, scores);
            } else {
                if (count < columns) {
                    appendThemselves(rows, count, columns, own, scores);
                }
                softmax.activate(rows, columns, columns, scores, 0, 0, sums, 0, padded);
                for (int row = 0; row < rows && count < columns; row++) {
                    own[row] = scores[row * columns + count];
                }
            }
            AttentionSlice values = AttentionPacking.rows(
                    c.values().from(valueColumn), start, count, 1, c.valueWidth(), padded, scratch, VALUES);
            add(rows, count, padded, scores, columns, values, sums);
        }
        if (softmax == null) {
            silu(rows, own);
        }
        AttentionSlice values = AttentionPacking.rows(
                c.v().from(valueColumn), first, rows, 1, c.valueWidth(), padded, scratch, OWN_VALUES);
        tiles.scaledAdd(
                rows,
                padded,
                own,
                values.values(),
                values.at(0, 0),
                values.rowStride(),
                sums.values(),
                sums.at(0, 0),
                sums.rowStride());
        if (softmax != null) {
            softmax.end(0, sums, padded, null);
        }
        AttentionPacking.store(sums, c.out().from(valueColumn), first, rows, 1, c.valueWidth(), padded);
    }

    /** The scores of candidates and a tile's events. */
    private void score(Candidates c, int head, int first, int rows, int start, int columns, float[] scores) {
        for (int row = 0; row < rows; row++) {
            System.arraycopy(c.bias(), start, scores, row * columns, columns);
        }
        tiles.multiplyAdd(
                rows,
                c.keyWidth(),
                columns,
                c.q().values(),
                c.q().at(first, head * c.keyWidth()),
                c.q().rowStride(),
                1,
                c.keys(),
                (head * c.vectors() * tiles.lanes() + start) * c.keyWidth(),
                columns,
                scores,
                0,
                columns);
    }

    /** The scores of candidates and themselves. */
    private void scoreThemselves(Candidates c, int head, int first, int rows, float[] scores, Scratch scratch) {
        System.arraycopy(c.bias(), c.vectors() * tiles.lanes(), scores, 0, ROWS);
        int width = c.keyWidth();
        float[] queries = scratch.floats(QUERY_COLUMNS, width * ROWS);
        float[] keys = scratch.floats(KEY_COLUMNS, width * ROWS);
        AttentionSlice q = c.q();
        AttentionSlice k = c.k();
        tiles.transpose(rows, width, q.values(), q.at(first, head * width), q.rowStride(), queries, 0, ROWS);
        tiles.transpose(rows, width, k.values(), k.at(first, head * width), k.rowStride(), keys, 0, ROWS);
        tiles.columnProductsAdd(width, ROWS, queries, keys, scores);
    }

    /** Puts the candidates' own scores behind those of the last events, and minus infinity, whose exponential is 0, behind them. */
    private static void appendThemselves(int rows, int count, int columns, float[] own, float[] scores) {
        for (int row = 0; row < rows; row++) {
            scores[row * columns + count] = own[row];
            Arrays.fill(scores, row * columns + count + 1, (row + 1) * columns, Float.NEGATIVE_INFINITY);
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

    /** {@code sums += scores values}. */
    private void add(
            int rows, int depth, int width, float[] scores, int stride, AttentionSlice values, AttentionSlice sums) {
        tiles.multiplyAdd(
                rows,
                depth,
                width,
                scores,
                0,
                stride,
                1,
                values.values(),
                values.at(0, 0),
                values.rowStride(),
                sums.values(),
                sums.at(0, 0),
                sums.rowStride());
    }
}
