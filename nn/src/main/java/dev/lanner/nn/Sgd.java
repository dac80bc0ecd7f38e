package dev.lanner.nn;

import dev.lanner.tensor.Program;
import dev.lanner.tensor.Scope;
import dev.lanner.tensor.Shape;
import dev.lanner.tensor.Tensor;
import java.util.Map;

/** Stochastic gradient descent with momentum as in PyTorch: {@code b = momentum b + g}, {@code p -= lr b}. */
public final class Sgd extends Optimizer {
    private static final String MOMENTUM = "momentum";

    private final double momentum;
    private final double weightDecay;
    private Tensor rate;

    /**
     * An optimiser of named parameters.
     *
     * @param momentum 0 for none
     * @param weightDecay times the parameter, added to its gradient
     */
    public Sgd(Map<String, Tensor> parameters, double learningRate, double momentum, double weightDecay) {
        super(parameters, learningRate);
        if (!(momentum >= 0 && momentum < 1) || !(weightDecay >= 0)) {
            throw new IllegalArgumentException("sgd: momentum must be in [0, 1) and weight decay not negative, found "
                    + momentum + " and " + weightDecay);
        }
        this.momentum = momentum;
        this.weightDecay = weightDecay;
    }

    @Override
    protected void beginStep() {
        rate = null;
    }

    @Override
    protected void update(String name, Tensor parameter, Tensor gradient) {
        if (rate == null) {
            rate = Program.perRun(parameter.dtype(), Shape.of(), value -> value.setDouble(0, learningRate()));
        }
        try (Scope scope = Scope.open()) {
            Tensor direction = weightDecay == 0 ? gradient : gradient.add(parameter.mul(weightDecay));
            if (momentum > 0) {
                Tensor buffer = state(MOMENTUM, name, parameter);
                buffer.assign(buffer.mul(momentum).add(direction));
                direction = buffer;
            }
            parameter.assign(parameter.sub(direction.mul(rate)));
        }
    }

    @Override
    protected String[] stateKinds() {
        return momentum > 0 ? new String[] {MOMENTUM} : new String[0];
    }
}
