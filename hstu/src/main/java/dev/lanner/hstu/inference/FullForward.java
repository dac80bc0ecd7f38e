package dev.lanner.hstu.inference;

import dev.lanner.hstu.model.HstuModel;
import dev.lanner.hstu.model.Sequences;
import dev.lanner.tensor.Scope;
import dev.lanner.tensor.Shape;
import dev.lanner.tensor.Tensor;

/**
 * The scores of {@link MFalcon} without a cache, by whole forward passes: what serving must equal, and what its speed is measured by.
 * Where ratings are target-aware, a pass over history and candidate for each candidate, many in a batch.
 */
public final class FullForward {
    private static final int BATCH = 128;

    private final HstuModel model;

    /** Scores of a model, which is in evaluation mode afterwards. */
    public FullForward(HstuModel model) {
        model.eval();
        this.model = model;
    }

    /**
     * The cosines of the state after the last event and the candidates.
     *
     * @param queryTime the time of the request, seconds
     * @param candidates {@code [M]}, items 1..V
     */
    public float[] retrieval(History history, long queryTime, int... candidates) {
        float[] retrieval = new float[candidates.length];
        try (Scope scope = Scope.open()) {
            float[] all = model.scores(state(history, queryTime)).toFloats();
            for (int i = 0; i < candidates.length; i++) {
                retrieval[i] = all[candidates[i]];
            }
        }
        return retrieval;
    }

    /**
     * The predicted ratings of the candidates.
     *
     * @param queryTime the time of the request, seconds
     * @param candidates {@code [M]}, items 1..V
     * @throws IllegalStateException if the model predicts none
     */
    public float[] ratings(History history, long queryTime, int... candidates) {
        History recent = history.mostRecent(model.config().maxLength());
        float[] ratings = new float[candidates.length];
        for (int first = 0; first < candidates.length; first += BATCH) {
            int count = Math.min(BATCH, candidates.length - first);
            try (Scope scope = Scope.open()) {
                int[] some = new int[count];
                System.arraycopy(candidates, first, some, 0, count);
                Tensor states = model.config().loss().ratingTargetAware()
                        ? candidateStates(recent, queryTime, some)
                        : state(recent, queryTime)
                                .expand(Shape.of(count, model.config().width()));
                float[] found = model.ratings(states, Tensor.of(some, count)).toFloats();
                System.arraycopy(found, 0, ratings, first, count);
            }
        }
        return ratings;
    }

    /** The state after the last event, {@code [1, D]}. */
    Tensor state(History history, long queryTime) {
        History recent = history.mostRecent(model.config().maxLength());
        return model.encode(recent.sequence(queryTime)).narrow(0, recent.length() - 1, 1);
    }

    private Tensor candidateStates(History history, long time, int... candidates) {
        int count = candidates.length;
        int length = history.length() + 1;
        int[] offsets = new int[count + 1];
        int[] last = new int[count];
        int[] items = new int[count * length];
        int[] actions = new int[count * length];
        long[] times = new long[count * length];
        for (int c = 0; c < count; c++) {
            int start = c * length;
            offsets[c + 1] = start + length;
            last[c] = start + length - 1;
            System.arraycopy(history.items(), 0, items, start, length - 1);
            System.arraycopy(history.actions(), 0, actions, start, length - 1);
            System.arraycopy(history.times(), 0, times, start, length - 1);
            items[last[c]] = candidates[c];
            times[last[c]] = time;
        }
        Sequences sequences = Sequences.forCandidates(
                Tensor.of(offsets, count + 1),
                Tensor.of(items, items.length),
                Tensor.of(actions, actions.length),
                Tensor.of(times, times.length));
        return model.encodeWithCandidates(sequences).gatherRows(Tensor.of(last, count));
    }
}
