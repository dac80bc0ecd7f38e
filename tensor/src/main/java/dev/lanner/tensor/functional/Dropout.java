package dev.lanner.tensor.functional;

import dev.lanner.tensor.FusedOp;
import dev.lanner.tensor.RandomKey;
import dev.lanner.tensor.Shape;
import dev.lanner.tensor.Tensor;
import dev.lanner.tensor.backend.RandomOp;
import dev.lanner.tensor.backend.View;

/**
 * Dropout (Srivastava et al., 2014): elements become 0 with a probability, the rest is scaled up so that the mean stays. The mask
 * is a function of the key, so a backend draws it again in the backward pass. Input: x of any shape; output of the same shape.
 *
 * @param probability of an element to be dropped, in [0, 1)
 * @param key the stream of the mask
 */
public record Dropout(double probability, RandomKey key) implements FusedOp {
    public Dropout {
        if (!(probability >= 0 && probability < 1)) {
            throw new IllegalArgumentException("dropout: the probability must be in [0, 1), found " + probability);
        }
    }

    @Override
    public String name() {
        return "dropout";
    }

    @Override
    public Shape[] outputShapes(Tensor... inputs) {
        return new Shape[] {inputs[0].shape()};
    }

    @Override
    public Dropout at(int step) {
        return key.step() == RandomKey.EACH_STEP ? new Dropout(probability, key.at(step)) : this;
    }

    @Override
    public Tensor[] reference(Tensor... inputs) {
        Tensor x = inputs[0];
        Tensor mask = x.detach().mul(0);
        View view = mask.view();
        x.backend().random(RandomOp.DROPOUT_MASK, key, probability, 0, view);
        return new Tensor[] {x.mul(mask)};
    }
}
