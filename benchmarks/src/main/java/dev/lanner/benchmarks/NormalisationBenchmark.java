package dev.lanner.benchmarks;

import dev.lanner.tensor.Fused;
import dev.lanner.tensor.FusedOp;
import dev.lanner.tensor.Scope;
import dev.lanner.tensor.Shape;
import dev.lanner.tensor.Tape;
import dev.lanner.tensor.Tensor;
import dev.lanner.tensor.functional.GatedTransform;
import dev.lanner.tensor.functional.LayerNorm;
import dev.lanner.tensor.functional.Softmax;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Setup;

/** Operations along the last axis: layer normalisation, the gated transform and softmax of {@code [N, D]}. */
public class NormalisationBenchmark extends KernelBenchmark {
    private static final LayerNorm LAYER_NORM = new LayerNorm(1e-5);
    private static final GatedTransform GATED_TRANSFORM = new GatedTransform(1e-5);
    private static final Softmax SOFTMAX = new Softmax();

    private Tensor x;
    private Tensor u;
    private Tensor gamma;
    private Tensor beta;
    private Tensor dOut;

    /** Operations for each element: three for mean and variance, two to normalise, two for scale and shift; about twice that back. */
    @Override
    Work work(String method) {
        int elements = ROWS * WIDTH;
        return switch (method) {
            case "layerNorm" -> Work.elementwise(elements, 7, 2);
            case "layerNormAndBackward" -> Work.elementwise(elements, 7 + 14, 2 + 3);
            case "gatedTransform" -> Work.elementwise(elements, 8, 3);
            case "gatedTransformAndBackward" -> Work.elementwise(elements, 8 + 16, 3 + 5);
            // Maximum, difference, exp, sum and quotient; back a product, a sum, a difference and a product.
            case "softmax" -> Work.elementwise(elements, 5, 2);
            case "softmaxAndBackward" -> Work.elementwise(elements, 5 + 4, 2 + 3);
            default -> throw unknown(method);
        };
    }

    /** Makes the operands. */
    @Setup
    public void operands() {
        x = random(1, ROWS, WIDTH).requireGradient();
        u = random(2, ROWS, WIDTH).requireGradient();
        gamma = random(3, WIDTH).requireGradient();
        beta = random(4, WIDTH).requireGradient();
        dOut = random(5, ROWS, WIDTH);
    }

    private static Shape forward(FusedOp op, Tensor... inputs) {
        try (Scope scope = Scope.open()) {
            return Fused.apply(op, inputs).shape();
        }
    }

    private Shape forwardAndBackward(FusedOp op, Tensor... inputs) {
        try (Scope scope = Scope.open();
                Tape tape = Tape.open()) {
            return backward(tape, Fused.apply(op, inputs), dOut, x);
        }
    }

    /** The result, without a tape. */
    @Benchmark
    public Shape layerNorm() {
        return forward(LAYER_NORM, x, gamma, beta);
    }

    /** Forward, and the gradients of input, scale and shift. */
    @Benchmark
    public Shape layerNormAndBackward() {
        return forwardAndBackward(LAYER_NORM, x, gamma, beta);
    }

    /** The result, without a tape. */
    @Benchmark
    public Shape gatedTransform() {
        return forward(GATED_TRANSFORM, x, u, gamma, beta);
    }

    /** Forward, and the gradients of both inputs, scale and shift. */
    @Benchmark
    public Shape gatedTransformAndBackward() {
        return forwardAndBackward(GATED_TRANSFORM, x, u, gamma, beta);
    }

    /** The result, without a tape. */
    @Benchmark
    public Shape softmax() {
        return forward(SOFTMAX, x);
    }

    /** Forward, and the gradient of the input. */
    @Benchmark
    public Shape softmaxAndBackward() {
        return forwardAndBackward(SOFTMAX, x);
    }
}
