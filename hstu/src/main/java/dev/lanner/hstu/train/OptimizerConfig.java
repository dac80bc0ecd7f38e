package dev.lanner.hstu.train;

import dev.lanner.nn.Adam;
import dev.lanner.nn.Optimizer;
import dev.lanner.tensor.Tensor;
import dev.lanner.tensor.functional.AdamStep;
import java.util.Map;

/**
 * AdamW's settings; without weight decay it is Adam.
 *
 * @param beta1 decay of the first moment, in [0, 1)
 * @param beta2 decay of the second moment, in [0, 1)
 * @param weightDecay taken off each parameter, times itself and the learning rate
 */
public record OptimizerConfig(double beta1, double beta2, double weightDecay) {
    /** PyTorch's defaults of Adam. */
    public static final OptimizerConfig ADAM = new OptimizerConfig(Adam.DEFAULT_BETA1, Adam.DEFAULT_BETA2, 0);

    /** Checks every value. */
    public OptimizerConfig {
        if (!(beta1 >= 0 && beta1 < 1) || !(beta2 >= 0 && beta2 < 1)) {
            throw new IllegalArgumentException("config: betas must be in [0, 1), found " + beta1 + " and " + beta2);
        }
        if (!(weightDecay >= 0) || Double.isInfinite(weightDecay)) {
            throw new IllegalArgumentException(
                    "config: weightDecay must be finite and not negative, found " + weightDecay);
        }
    }

    /** An optimiser of parameters. */
    Optimizer of(Map<String, Tensor> parameters, double learningRate) {
        return new Adam(parameters, learningRate, new AdamStep(beta1, beta2, Adam.DEFAULT_EPSILON, weightDecay, true));
    }
}
