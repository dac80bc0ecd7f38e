package dev.lanner.nn;

import dev.lanner.tensor.Gradients;
import dev.lanner.tensor.Program;
import dev.lanner.tensor.Scope;
import dev.lanner.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.Map;

/** Changes parameters by their gradients, in place. Parameters without a gradient stay. */
public abstract class Optimizer {
    private final Map<String, Tensor> parameters;
    private final Map<String, Tensor> state = new LinkedHashMap<>();
    private double learningRate;
    private int steps;

    /**
     * An optimiser of named parameters.
     *
     * @param parameters as {@link Module#namedParameters} gives them
     */
    protected Optimizer(Map<String, Tensor> parameters, double learningRate) {
        this.parameters = new LinkedHashMap<>(parameters);
        setLearningRate(learningRate);
    }

    /** What the next steps are scaled by. */
    public final double learningRate() {
        return learningRate;
    }

    /** Sets the learning rate, for example by a {@link Schedule} before each step. */
    public final void setLearningRate(double learningRate) {
        if (!(learningRate >= 0) || Double.isInfinite(learningRate)) {
            throw new IllegalArgumentException(
                    "optimizer: the learning rate must be finite and not negative, found " + learningRate);
        }
        this.learningRate = learningRate;
    }

    /** How many steps were taken. */
    public final int steps() {
        return steps;
    }

    /** Takes one step; recorded by a {@link Program}, one in each of its runs, with the learning rate of that time. */
    public final void step(Gradients gradients) {
        Program.perRun(() -> {
            steps++;
        });
        beginStep();
        parameters.forEach((name, parameter) ->
                gradients.find(parameter).ifPresent(gradient -> update(name, parameter.detach(), gradient)));
    }

    /**
     * Called before the parameters of a step are updated. {@link #steps} counts this step already; while a program is recorded it does
     * not, and what depends on it belongs into {@link Program#perRun}.
     */
    protected void beginStep() {}

    /** Changes one parameter in place. */
    protected abstract void update(String name, Tensor parameter, Tensor gradient);

    /** A tensor of zeros of the parameter's shape that is kept between steps and saved with the optimiser. */
    protected final Tensor state(String kind, String name, Tensor parameter) {
        return state.computeIfAbsent(
                kind + "." + name, key -> Scope.outside(() -> Tensor.zeros(parameter.dtype(), parameter.shape())));
    }

    /** The kinds of state that each parameter has, such as the moments of Adam. */
    protected abstract String[] stateKinds();

    /** All state by names like {@code m.blocks.0.input.weight}; shares storage with the optimiser. */
    public final Map<String, Tensor> stateDict() {
        parameters.forEach((name, parameter) -> {
            for (String kind : stateKinds()) {
                state(kind, name, parameter);
            }
        });
        return new LinkedHashMap<>(state);
    }

    /**
     * Goes on where another optimiser of the same parameters was.
     *
     * @param saved its {@link #stateDict}
     * @param stepsTaken its {@link #steps}
     * @throws IllegalArgumentException if names or shapes differ; nothing is changed then
     */
    public final void load(Map<String, Tensor> saved, int stepsTaken) {
        Map<String, Tensor> own = stateDict();
        if (!own.keySet().equals(saved.keySet())) {
            throw new IllegalArgumentException(
                    "optimizer: the state is of other parameters, " + saved.keySet() + " vs " + own.keySet());
        }
        own.forEach((name, tensor) -> {
            if (!tensor.shape().equals(saved.get(name).shape())
                    || saved.get(name).dtype() != tensor.dtype()) {
                throw new IllegalArgumentException(
                        "optimizer: state " + name + " is " + saved.get(name) + ", needs " + tensor);
            }
        });
        own.forEach((name, tensor) -> tensor.assign(saved.get(name)));
        steps = stepsTaken;
    }
}
