package dev.lanner.backend.tornado;

import dev.lanner.tensor.FusedOp;
import dev.lanner.tensor.backend.FusedKernel;
import dev.lanner.tensor.functional.HstuAttention;
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
        return Optional.empty();
    }
}
