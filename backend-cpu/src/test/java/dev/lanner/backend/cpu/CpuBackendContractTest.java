package dev.lanner.backend.cpu;

import dev.lanner.tensor.backend.Backend;
import dev.lanner.tensor.backend.Backends;
import dev.lanner.tensor.testkit.BackendContract;

class CpuBackendContractTest extends BackendContract {
    @Override
    protected Backend backend() {
        return Backends.get("cpu");
    }
}
