package dev.lanner.tensor;

import dev.lanner.tensor.backend.Backends;
import dev.lanner.tensor.reference.ReferenceBackend;
import net.jqwik.api.lifecycle.AfterTry;
import net.jqwik.api.lifecycle.BeforeTry;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** Tests whose tensors live on the reference backend, whatever {@code -Dbackend} says. */
public abstract class OnReference {
    private Backends.Use use;

    /** For tests to extend. */
    protected OnReference() {}

    @BeforeEach
    @BeforeTry
    final void useReference() {
        use = Backends.use(Backends.get(ReferenceBackend.NAME));
    }

    @AfterEach
    @AfterTry
    final void useWhatWasBefore() {
        use.close();
    }
}
