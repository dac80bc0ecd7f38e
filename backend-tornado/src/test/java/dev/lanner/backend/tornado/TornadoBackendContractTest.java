package dev.lanner.backend.tornado;

import dev.lanner.tensor.backend.Backend;
import dev.lanner.tensor.backend.Backends;
import dev.lanner.tensor.testkit.BackendContract;

class TornadoBackendContractTest extends BackendContract {
    @Override
    protected Backend backend() {
        return Backends.get(TornadoBackend.NAME);
    }
}
