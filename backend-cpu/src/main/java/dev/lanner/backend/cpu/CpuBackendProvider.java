package dev.lanner.backend.cpu;

import dev.lanner.tensor.backend.Backend;
import dev.lanner.tensor.backend.BackendException;
import dev.lanner.tensor.backend.BackendProvider;

/** Announces the {@link CpuBackend}. */
public final class CpuBackendProvider implements BackendProvider {
    /** For the service loader. */
    public CpuBackendProvider() {}

    @Override
    public String name() {
        return CpuBackend.NAME;
    }

    @Override
    public Backend create() {
        try {
            // Asked here, since in a static initialiser a wrong value could only end in an Error.
            SimdSupport.requestedBits();
        } catch (IllegalArgumentException e) {
            throw new BackendException(e.getMessage(), e);
        }
        return new CpuBackend(CpuBackend.configuredThreads());
    }
}
