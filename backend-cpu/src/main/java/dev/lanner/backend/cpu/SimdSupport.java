package dev.lanner.backend.cpu;

/**
 * Tells whether the SIMD kernels can run. This class names no type of {@code jdk.incubator.vector}, so it loads everywhere; the
 * classes that do are reached only after {@link #available()} said yes.
 */
final class SimdSupport {
    /** System property that overrides the width of a vector, in bits: 64, 128, 256 or 512. Meant for tests. */
    static final String VECTOR_BITS = "lanner.vectorBits";

    private static final String MODULE = "jdk.incubator.vector";
    private static final boolean AVAILABLE =
            ModuleLayer.boot().findModule(MODULE).isPresent();

    private SimdSupport() {}

    /** Returns whether the running JVM resolved {@code jdk.incubator.vector}. */
    static boolean available() {
        return AVAILABLE;
    }

    /**
     * Returns the vector width asked for by {@link #VECTOR_BITS}.
     *
     * @return bits of a vector, or 0 for the width that the hardware prefers
     * @throws IllegalArgumentException if the property is neither empty nor 64, 128, 256 or 512
     */
    static int requestedBits() {
        String text = System.getProperty(VECTOR_BITS, "").trim();
        return switch (text) {
            case "" -> 0;
            case "64" -> 64;
            case "128" -> 128;
            case "256" -> 256;
            case "512" -> 512;
            default ->
                throw new IllegalArgumentException(
                        VECTOR_BITS + ": expected 64, 128, 256 or 512, found \"" + text + "\"");
        };
    }
}
