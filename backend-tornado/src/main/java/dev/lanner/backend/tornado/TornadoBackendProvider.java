package dev.lanner.backend.tornado;

import dev.lanner.tensor.backend.Backend;
import dev.lanner.tensor.backend.BackendException;
import dev.lanner.tensor.backend.BackendProvider;

/** Announces the {@link TornadoBackend}. */
public final class TornadoBackendProvider implements BackendProvider {
    private static final System.Logger LOG = System.getLogger(TornadoBackendProvider.class.getName());

    /** A kernel that does not compile must not be run as sequential Java with every index 0. */
    private static final String BAILOUT = "tornado.recover.bailout";

    private static final String OPENCL_FLAGS = "tornado.opencl.compiler.flags";
    private static final String GRAPH_SIZE = "tornado.tvm.maxbytecodesize";

    /** For the service loader. */
    public TornadoBackendProvider() {}

    @Override
    public String name() {
        return TornadoBackend.NAME;
    }

    @Override
    public Backend create() {
        if (!"False".equalsIgnoreCase(System.getProperty(BAILOUT, "False"))) {
            throw new BackendException(
                    BAILOUT + " must be False: else kernels that fail to compile give wrong results without an error");
        }
        // TornadoVM reads these when its classes are first used.
        System.setProperty(BAILOUT, "False");
        // Its default, -cl-fast-relaxed-math, assumes that there is no NaN and no infinity.
        System.getProperties().putIfAbsent(OPENCL_FLAGS, "-w");
        System.getProperties().putIfAbsent(GRAPH_SIZE, "1048576");
        TornadoBackend backend = new TornadoBackend(Devices.chosen());
        LOG.log(System.Logger.Level.INFO, "Backend {0}", backend);
        return backend;
    }
}
