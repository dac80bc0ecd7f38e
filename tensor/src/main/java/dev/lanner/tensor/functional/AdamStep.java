package dev.lanner.tensor.functional;

import dev.lanner.tensor.FusedOp;
import dev.lanner.tensor.Shape;
import dev.lanner.tensor.Tensor;

/**
 * One step of Adam (Kingma and Ba, 2015) or AdamW (Loshchilov and Hutter, 2019): {@code m = b1 m + (1 - b1) g}, {@code v = b2 v +
 * (1 - b2) g²}, {@code p -= lr (m / c1) / (sqrt(v / c2) + epsilon)} with the bias corrections {@code c1 = 1 - b1^t}, {@code c2 = 1
 * - b2^t}.
 *
 * <p>Inputs: parameter p, gradient g, m, v, all of one shape, and rates {@code [3]} = (lr, c1, c2), which are an input because they
 * change with every step. Outputs: p, m, v. Without a gradient of its own.
 *
 * @param beta1 decay of the first moment
 * @param beta2 decay of the second moment
 * @param epsilon added to the denominator
 * @param weightDecay times p, added to the gradient, or if decoupled taken off p times lr
 * @param decoupled AdamW's decay
 */
public record AdamStep(double beta1, double beta2, double epsilon, double weightDecay, boolean decoupled)
        implements FusedOp {
    /** Checks the attributes. */
    public AdamStep {
        if (!(beta1 >= 0 && beta1 < 1) || !(beta2 >= 0 && beta2 < 1) || !(epsilon >= 0) || !(weightDecay >= 0)) {
            throw new IllegalArgumentException(
                    "adamStep: betas must be in [0, 1), epsilon and weight decay not negative," + " found " + beta1
                            + ", " + beta2 + ", " + epsilon + ", " + weightDecay);
        }
    }

    @Override
    public String name() {
        return "adamStep";
    }

    @Override
    public Shape[] outputShapes(Tensor... inputs) {
        int[] sizes = inputs[0].shape().sizes();
        Operands.shape(name(), "gradient", inputs[1], sizes);
        Operands.shape(name(), "m", inputs[2], sizes);
        Operands.shape(name(), "v", inputs[3], sizes);
        Operands.shape(name(), "rates", inputs[4], 3);
        Shape shape = inputs[0].shape();
        return new Shape[] {shape, shape, shape};
    }

    @Override
    public Tensor[] reference(Tensor... inputs) {
        Tensor p = inputs[0];
        Tensor g = inputs[1];
        Tensor learningRate = inputs[4].narrow(0, 0, 1).reshape();
        Tensor correction1 = inputs[4].narrow(0, 1, 1).reshape();
        Tensor correction2 = inputs[4].narrow(0, 2, 1).reshape();
        if (decoupled) {
            p = p.sub(p.mul(weightDecay).mul(learningRate));
        } else {
            g = g.add(p.mul(weightDecay));
        }
        Tensor m = inputs[2].mul(beta1).add(g.mul(1 - beta1));
        Tensor v = inputs[3].mul(beta2).add(g.square().mul(1 - beta2));
        Tensor step = m.div(correction1).div(v.div(correction2).sqrt().add(epsilon));
        return new Tensor[] {p.sub(step.mul(learningRate)), m, v};
    }
}
