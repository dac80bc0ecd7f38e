package dev.lanner.backend.cpu;

import dev.lanner.tensor.backend.Backend;
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
        return new CpuBackend(CpuBackend.configuredThreads());
    }
}
