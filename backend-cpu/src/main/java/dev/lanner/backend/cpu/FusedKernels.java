package dev.lanner.backend.cpu;

import dev.lanner.tensor.FusedOp;
import dev.lanner.tensor.backend.FusedKernel;
import dev.lanner.tensor.functional.AdamStep;
import dev.lanner.tensor.functional.CandidateAttention;
import dev.lanner.tensor.functional.Dropout;
import dev.lanner.tensor.functional.GatedTransform;
import dev.lanner.tensor.functional.HstuAttention;
import dev.lanner.tensor.functional.LayerNorm;
import dev.lanner.tensor.functional.Linear;
import dev.lanner.tensor.functional.LinearDropoutAdd;
import dev.lanner.tensor.functional.LinearSilu;
import dev.lanner.tensor.functional.SampledSoftmaxLoss;
import dev.lanner.tensor.functional.Softmax;
import java.util.Optional;

/**
 * The fused operations that this backend has kernels for. A kernel is a driver, which cuts the work into tasks of a size that depends
 * on the shapes alone and adds up partial sums in the order of the tasks, around inner loops of which there are two twins: on the
 * Vector API, and in plain Java. All operands are F32 but for indices and times.
 */
final class FusedKernels {
    private final WorkerPool pool;
    private final GemmTiles tiles;
    private final LinearLoops linears;
    private final SoftmaxLoops softmaxes;
    private final LayerNormLoops normalisations;
    private final ElementLoops elements;
    private final RandomLoops randoms;
    private final LossLoops losses;
    private final AttentionTiles attention;

    /** The kernels with the best inner loops that this JVM can run. */
    FusedKernels(WorkerPool pool) {
        // Two lanes are too few for four sums; a JVM that prefers them (one that only interprets) is better off without
        // vectors.
        this(pool, SimdSupport.available() && Simd.LANES >= 4);
    }

    /**
     * The kernels with one or the other inner loops.
     *
     * @param simd whether they use the Vector API, which then must be there
     */
    FusedKernels(WorkerPool pool, boolean simd) {
        this.pool = pool;
        tiles = simd ? new SimdGemmTiles() : new ScalarGemmTiles();
        linears = simd ? new SimdLinearLoops() : new ScalarLinearLoops();
        softmaxes = simd ? new SimdSoftmaxLoops() : new ScalarSoftmaxLoops();
        normalisations = simd ? new SimdLayerNormLoops() : new ScalarLayerNormLoops();
        elements = simd ? new SimdElementLoops() : new ScalarElementLoops();
        randoms = simd ? new SimdRandomLoops() : new ScalarRandomLoops();
        losses = simd ? new SimdLossLoops() : new ScalarLossLoops();
        attention = simd ? new SimdAttentionTiles() : new ScalarAttentionTiles();
    }

    /** The loops that draw random numbers. */
    RandomLoops randoms() {
        return randoms;
    }

    /** The kernel of an operation, empty if there is none. */
    Optional<FusedKernel> find(FusedOp op) {
        if (op instanceof Softmax) {
            return Optional.of(new SoftmaxKernel(pool, softmaxes));
        }
        if (op instanceof Linear) {
            return Optional.of(new LinearKernel(pool, tiles, 1, new BiasEpilogue(linears)));
        }
        if (op instanceof LinearSilu silu) {
            return Optional.of(new LinearKernel(pool, tiles, silu.parts(), new SiluEpilogue(linears)));
        }
        if (op instanceof LinearDropoutAdd add) {
            LinearEpilogue epilogue = new DropoutAddEpilogue(linears, randoms, add.dropout());
            return Optional.of(new LinearKernel(pool, tiles, 1, epilogue));
        }
        if (op instanceof LayerNorm norm) {
            return Optional.of(new LayerNormKernel(pool, normalisations, norm.epsilon(), false));
        }
        if (op instanceof GatedTransform gate) {
            return Optional.of(new LayerNormKernel(pool, normalisations, gate.epsilon(), true));
        }
        if (op instanceof Dropout dropout) {
            return Optional.of(new DropoutKernel(pool, randoms, elements, dropout));
        }
        if (op instanceof AdamStep step) {
            return Optional.of(new AdamStepKernel(pool, elements, step));
        }
        if (op instanceof SampledSoftmaxLoss loss) {
            return Optional.of(new SampledSoftmaxLossKernel(pool, losses, loss));
        }
        if (op instanceof HstuAttention hstu) {
            return Optional.of(new HstuAttentionAdapter(pool, attention, hstu));
        }
        if (op instanceof CandidateAttention candidates) {
            return Optional.of(new CandidateAttentionKernel(pool, attention, candidates));
        }
        return Optional.empty();
    }
}
