package dev.lanner.backend.tornado;

import dev.lanner.tensor.FusedOp;
import dev.lanner.tensor.backend.FusedKernel;
import dev.lanner.tensor.functional.AdamStep;
import dev.lanner.tensor.functional.CandidateAttention;
import dev.lanner.tensor.functional.Dropout;
import dev.lanner.tensor.functional.FullSoftmaxLoss;
import dev.lanner.tensor.functional.GatedTransform;
import dev.lanner.tensor.functional.HstuAttention;
import dev.lanner.tensor.functional.LayerNorm;
import dev.lanner.tensor.functional.Linear;
import dev.lanner.tensor.functional.LinearDropoutAdd;
import dev.lanner.tensor.functional.LinearSilu;
import dev.lanner.tensor.functional.SampledSoftmaxLoss;
import dev.lanner.tensor.functional.Softmax;
import dev.lanner.tensor.functional.TargetRanks;
import java.util.Optional;

/** The fused operations that this backend has kernels for. */
final class FusedKernels {
    private final Dispatcher to;
    private final Memory memory;
    private final PlainOps plain;

    FusedKernels(Dispatcher to, Memory memory, PlainOps plain) {
        this.to = to;
        this.memory = memory;
        this.plain = plain;
    }

    /** The kernel of an operation, empty if there is none: its reference runs then. */
    Optional<FusedKernel> find(FusedOp op) {
        if (op instanceof HstuAttention attention) {
            return Optional.of(new HstuAttentionKernel(to, memory, plain, attention));
        }
        if (op instanceof CandidateAttention attention) {
            return Optional.of(new CandidateAttentionKernel(to, memory, plain, attention));
        }
        if (op instanceof Linear) {
            return Optional.of(new LinearKernel(memory, plain, new LinearKernel.Identity()));
        }
        if (op instanceof LinearSilu silu) {
            return Optional.of(new LinearKernel(memory, plain, new LinearKernel.Silu(to, plain, silu.parts())));
        }
        if (op instanceof LinearDropoutAdd add) {
            DropoutKernel dropout = new DropoutKernel(to, memory, add.dropout());
            return Optional.of(new LinearKernel(memory, plain, new LinearKernel.DropoutAdd(dropout)));
        }
        if (op instanceof LayerNorm norm) {
            return Optional.of(new LayerNormKernel(to, memory, plain, norm.epsilon(), false));
        }
        if (op instanceof GatedTransform gate) {
            return Optional.of(new LayerNormKernel(to, memory, plain, gate.epsilon(), true));
        }
        if (op instanceof Softmax) {
            return Optional.of(new SoftmaxKernel(to, memory, plain));
        }
        if (op instanceof Dropout dropout) {
            return Optional.of(new DropoutKernel(to, memory, dropout));
        }
        if (op instanceof SampledSoftmaxLoss loss) {
            return Optional.of(new SampledSoftmaxLossKernel(to, memory, plain, loss));
        }
        if (op instanceof FullSoftmaxLoss loss) {
            return Optional.of(new FullSoftmaxLossKernel(to, memory, plain, loss));
        }
        if (op instanceof TargetRanks) {
            return Optional.of(new TargetRanksKernel(to));
        }
        if (op instanceof AdamStep step) {
            return Optional.of(new AdamStepKernel(to, step));
        }
        return Optional.empty();
    }
}
