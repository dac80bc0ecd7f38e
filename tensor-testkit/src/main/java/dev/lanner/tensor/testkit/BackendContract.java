package dev.lanner.tensor.testkit;

import dev.lanner.tensor.backend.Backend;
import dev.lanner.tensor.backend.FusedKernel;

/**
 * What every {@link Backend} must do, as tests. A backend runs them by a subclass that names it:
 *
 * <pre>{@code
 * class CpuBackendContractTest extends BackendContract {
 *     @Override
 *     protected Backend backend() {
 *         return Backends.get("cpu");
 *     }
 * }
 * }</pre>
 *
 * <p>Every method is compared with the {@link dev.lanner.tensor.reference.ReferenceBackend} on row-major copies of the operands,
 * which themselves come strided, transposed, broadcast and with an offset; guards around the outputs must stay, and inputs must
 * not change. A {@link FusedKernel} that the backend has is compared with the fused operation's reference in F64; one that it has
 * not is passed over.
 */
public abstract class BackendContract
        implements MemoryContract,
                ElementwiseContract,
                ReductionContract,
                MatmulContract,
                RowContract,
                RandomContract,
                FusedContract,
                OptimizerContract,
                AttentionContract,
                ServingContract,
                ProgramContract {
    private Harness harness;

    /** For tests of a backend to extend. */
    protected BackendContract() {}

    /** The backend under test: the same one at every call. */
    protected abstract Backend backend();

    /** The relative error allowed to F32 arithmetic; of sums, relative to the sum of the magnitudes. */
    protected double relativeTolerance() {
        return 1e-5;
    }

    /**
     * The relative error allowed to fused kernels and their gradients, each relative to the largest magnitude of the result or,
     * where they cancel, of its terms, beside the operation's reference in F64.
     */
    protected double fusedTolerance() {
        return 1e-5;
    }

    @Override
    public final Harness harness() {
        if (harness == null) {
            harness = new Harness(backend(), relativeTolerance(), fusedTolerance());
        }
        return harness;
    }
}
