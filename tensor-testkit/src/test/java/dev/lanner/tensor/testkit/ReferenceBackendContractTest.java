package dev.lanner.tensor.testkit;

import dev.lanner.tensor.backend.Backend;
import dev.lanner.tensor.reference.ReferenceBackend;

/** The reference backend is its own oracle here: what is tested is strides, guards, splits, and dtypes. */
class ReferenceBackendContractTest extends BackendContract {
    private static final Backend BACKEND = new ReferenceBackend();

    @Override
    protected Backend backend() {
        return BACKEND;
    }
}
