package dev.lanner.examples;

import dev.lanner.hstu.inference.History;
import dev.lanner.hstu.model.HstuModel;
import dev.lanner.hstu.model.Sequences;
import dev.lanner.tensor.Scope;
import dev.lanner.tensor.Tensor;

/** What serving from a cache is measured by: a forward pass over history and candidate for each candidate, many in a batch. */
final class FullForward {
    private static final int BATCH = 128;

    private final HstuModel model;
    private final History history;
    private final long time;

    FullForward(HstuModel model, History history, long time) {
        this.model = model;
        this.history = history;
        this.time = time;
    }

    /** The predicted ratings of the items 1..V. Their retrieval scores, which serving computes beside them, cost nothing here. */
    float[] catalogue() {
        int items = model.itemCount();
        float[] ratings = new float[items];
        for (int first = 1; first <= items; first += BATCH) {
            float[] some = batch(first, Math.min(BATCH, items + 1 - first));
            System.arraycopy(some, 0, ratings, first - 1, some.length);
        }
        return ratings;
    }

    private float[] batch(int first, int count) {
        int length = history.length() + 1;
        int[] offsets = new int[count + 1];
        int[] last = new int[count];
        int[] candidates = new int[count];
        int[] items = new int[count * length];
        int[] actions = new int[count * length];
        long[] times = new long[count * length];
        for (int c = 0; c < count; c++) {
            int start = c * length;
            offsets[c + 1] = start + length;
            last[c] = start + length - 1;
            candidates[c] = first + c;
            System.arraycopy(history.items(), 0, items, start, length - 1);
            System.arraycopy(history.actions(), 0, actions, start, length - 1);
            System.arraycopy(history.times(), 0, times, start, length - 1);
            items[last[c]] = first + c;
            times[last[c]] = time;
        }
        try (Scope scope = Scope.open()) {
            Tensor states = model.encodeWithCandidates(Sequences.forCandidates(
                    Tensor.of(offsets, count + 1),
                    Tensor.of(items, items.length),
                    Tensor.of(actions, actions.length),
                    Tensor.of(times, times.length)));
            return model.ratings(states.gatherRows(Tensor.of(last, count)), Tensor.of(candidates, count))
                    .toFloats();
        }
    }
}
