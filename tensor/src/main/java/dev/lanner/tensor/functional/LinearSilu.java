package dev.lanner.tensor.functional;

import dev.lanner.tensor.FusedOp;
import dev.lanner.tensor.Shape;
import dev.lanner.tensor.ShapeException;
import dev.lanner.tensor.Tensor;
import java.util.Arrays;

/**
 * {@code silu(x W^T + b)} in P parts of its columns, each of which lies in memory by itself: several projections of one input, such
 * as the keys, queries, values and gates of an HSTU block, whose users then read adjacent rows.
 *
 * <p>Inputs: x {@code [N, K]}, W {@code [M, K]}, b {@code [M]}; output {@code [P, N, M/P]}, part p being columns {@code p M/P} to
 * {@code (p+1) M/P - 1} of the product.
 *
 * @param parts P, which divides M
 */
public record LinearSilu(int parts) implements FusedOp {
    /** Checks the attribute. */
    public LinearSilu {
        if (parts < 1) {
            throw new IllegalArgumentException("linearSilu: parts must be positive, found " + parts);
        }
    }

    @Override
    public String name() {
        return "linearSilu";
    }

    @Override
    public Shape[] outputShapes(Tensor... inputs) {
        Shape product = Linear.shape(name(), inputs);
        if (product.size(1) % parts != 0) {
            throw new ShapeException(name() + ": the weight's rows must be a multiple of " + parts + " parts (weight="
                    + inputs[1].shape() + ")");
        }
        return new Shape[] {Shape.of(parts, product.size(0), product.size(1) / parts)};
    }

    @Override
    public Tensor[] reference(Tensor... inputs) {
        Tensor result = Linear.product(inputs).silu();
        int[] widths = new int[parts];
        Arrays.fill(widths, result.size(1) / parts);
        return new Tensor[] {Tensor.stack(0, result.split(1, widths))};
    }
}
