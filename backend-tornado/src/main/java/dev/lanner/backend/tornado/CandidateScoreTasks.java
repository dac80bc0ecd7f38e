package dev.lanner.backend.tornado;

import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;
import uk.ac.manchester.tornado.api.types.arrays.LongArray;

/**
 * Scores of candidates, {@code [H, M, n + 1]} without gaps: to the products with the history's keys, which are there, their biases are
 * added; behind them comes the score of the candidate with itself. An item for each. Header: that of {@link AttentionTiles} with M rows,
 * and n; the time of the candidates has the place of the offsets. Float: what scores are scaled by.
 */
final class CandidateScoreTasks {
    /** n. */
    static final int EVENTS = 10;

    /** Arguments: q, k, the candidates' time, the query time, the history's times, position bias, time bias, scores. */
    static final Kernel KERNEL = Kernel.into(
            7,
            "candidateScores",
            (graph, id, context, meta, a) -> graph.task(
                    id,
                    CandidateScoreTasks::candidateScores,
                    context,
                    meta,
                    a.reals(),
                    a.floats(0),
                    a.floats(1),
                    a.longs(2),
                    a.longs(3),
                    a.longs(4),
                    a.floats(5),
                    a.floats(6),
                    a.floats(7)));

    private CandidateScoreTasks() {}

    static void candidateScores(
            KernelContext context,
            IntArray meta,
            FloatArray reals,
            FloatArray q,
            FloatArray k,
            LongArray time,
            LongArray queryTime,
            LongArray keyTimes,
            FloatArray positionBias,
            FloatArray timeBias,
            FloatArray scores) {
        int i = context.globalIdx;
        Outputs.keep(i, scores);
        int events = meta.get(EVENTS);
        int rows = meta.get(AttentionTiles.ROWS);
        if (i < meta.get(AttentionTiles.HEADS) * rows * (events + 1)) {
            int headAndRow = i / (events + 1);
            int event = i - headAndRow * (events + 1);
            long seconds;
            float product;
            if (event < events) {
                seconds = keyTimes.get(
                        event * meta.get(AttentionTiles.KEY_TIMES) + meta.get(AttentionTiles.KEY_TIMES + 1));
                product = scores.get(i);
            } else {
                seconds = time.get(meta.get(AttentionTiles.OFFSETS + 1));
                int head = headAndRow / rows;
                int row = headAndRow - head * rows;
                product = AttentionTiles.product(
                        meta,
                        AttentionTiles.Q,
                        q,
                        row,
                        AttentionTiles.K,
                        k,
                        row,
                        head,
                        meta.get(AttentionTiles.KEY_WIDTH));
            }
            long asked = queryTime.get(meta.get(AttentionTiles.QUERY_TIMES + 1));
            int bucket = AttentionTiles.bucket(meta, asked, seconds);
            // A history of full length has its candidate a step beyond the table.
            int distance = Math.min(events - event, meta.get(AttentionTiles.MAX_LENGTH) - 1);
            float bias = AttentionTiles.bias(meta, positionBias, timeBias, distance, bucket);
            scores.set(i, (product + bias) * reals.get(0));
        }
    }
}
