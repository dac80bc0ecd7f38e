package dev.lanner.nn;

import dev.lanner.tensor.Scope;
import dev.lanner.tensor.Tensor;
import java.util.Map;

/**
 * The exponential moving average of a model's parameters, in a model of its own: {@code a ← d a + (1 − d) p} at each update, and {@code
 * a ← p} at the first (Polyak and Juditsky, 1992; PyTorch's {@code AveragedModel} with {@code get_ema_multi_avg_fn}).
 *
 * @param <M> the model's type
 */
public final class AveragedModel<M extends Module> {
    private final M model;
    private final M average;
    private final double decay;
    private int updates;

    /**
     * An average that is the model itself until the first update.
     *
     * @param model what is trained
     * @param average a model with parameters of the same names, shapes and dtypes, which are overwritten
     * @param decay d, in [0, 1)
     * @throws StateDictException if their parameters differ
     */
    public AveragedModel(M model, M average, double decay) {
        if (!(decay >= 0 && decay < 1)) {
            throw new IllegalArgumentException("average: the decay must be in [0, 1), found " + decay);
        }
        average.load(model.stateDict());
        this.model = model;
        this.average = average;
        this.decay = decay;
    }

    /** Takes the model's parameters, as they are, into the average. */
    public void update() {
        if (updates++ == 0) {
            average.load(model.stateDict());
            return;
        }
        Map<String, Tensor> parameters = model.stateDict();
        average.stateDict().forEach((name, mean) -> {
            try (Scope scope = Scope.open()) {
                mean.assign(mean.mul(decay).add(parameters.get(name).mul(1 - decay)));
            }
        });
    }

    /** The model with the averaged parameters. */
    public M module() {
        return average;
    }

    /**
     * Goes on where another average was.
     *
     * @param saved the state of its {@link #module}
     * @param updatesTaken how often it was updated
     * @throws StateDictException if the parameters are of another model; nothing is changed then
     */
    public void load(Map<String, Tensor> saved, int updatesTaken) {
        average.load(saved);
        updates = updatesTaken;
    }
}
