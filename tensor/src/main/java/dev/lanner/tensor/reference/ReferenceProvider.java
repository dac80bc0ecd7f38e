package dev.lanner.tensor.reference;

import dev.lanner.tensor.backend.Backend;
import dev.lanner.tensor.backend.BackendProvider;

/** Announces the {@link ReferenceBackend}. */
public final class ReferenceProvider implements BackendProvider {
    /** For the service loader. */
    public ReferenceProvider() {}

    @Override
    public String name() {
        return ReferenceBackend.NAME;
    }

    @Override
    public Backend create() {
        return new ReferenceBackend();
    }
}
