package dev.lanner.tensor.backend;

import java.util.Map;
import java.util.ServiceLoader;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;

/** Chooses the backend: by {@code -Dbackend=cpu|tornado|reference}, default {@code cpu}. One instance of each in a JVM. */
public final class Backends {
    /** The system property that names the backend. */
    public static final String PROPERTY = "backend";

    private static final String DEFAULT = "cpu";

    private static final Map<String, String> HOW_TO_GET = Map.of(
            "cpu",
            "add dev.lanner:lanner-backend-cpu to the class path or module path",
            "tornado",
            "install the TornadoVM SDK 5.2.0-jdk25, set TORNADOVM_HOME to its folder (check with: ls"
                    + " $TORNADOVM_HOME/etc/tornado.backend), build again, and start with"
                    + " @$TORNADOVM_HOME/tornado-argfile and dev.lanner:lanner-backend-tornado on the class path");

    private static final Map<String, Backend> CREATED = new ConcurrentHashMap<>();
    private static final ThreadLocal<Backend> IN_USE = new ThreadLocal<>();

    private Backends() {}

    /**
     * The backend that new tensors live on unless they name one.
     *
     * @throws BackendException if the one asked for is missing or cannot run: there is no silent fallback
     */
    public static Backend current() {
        Backend inUse = IN_USE.get();
        return inUse != null ? inUse : get(System.getProperty(PROPERTY, DEFAULT));
    }

    /** A choice of backend for one thread, until closed. */
    public interface Use extends AutoCloseable {
        @Override
        void close();
    }

    /** Makes a backend the current one of this thread, until the result is closed. */
    public static Use use(Backend backend) {
        Backend before = IN_USE.get();
        IN_USE.set(backend);
        return () -> IN_USE.set(before);
    }

    /**
     * A backend by its name.
     *
     * @throws BackendException if it is missing or cannot run
     */
    public static Backend get(String name) {
        return CREATED.computeIfAbsent(name, Backends::create);
    }

    private static Backend create(String name) {
        // The context loader first: under a test runner or a container it sees more than this class's own.
        ServiceLoader<BackendProvider> providers = ServiceLoader.load(BackendProvider.class);
        for (BackendProvider provider : providers) {
            if (provider.name().equals(name)) {
                return provider.create();
            }
        }
        String known = providers.stream()
                .map(provider -> provider.get().name())
                .sorted()
                .collect(Collectors.joining(", "));
        String how = HOW_TO_GET.get(name);
        throw new BackendException("backend " + name + " is not there (found: " + known + "); "
                + (how == null ? "known names are cpu, tornado and reference" : "to get it, " + how));
    }
}
