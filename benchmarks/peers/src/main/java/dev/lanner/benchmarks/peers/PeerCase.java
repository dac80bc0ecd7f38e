package dev.lanner.benchmarks.peers;

/** One computation on both sides, with the same values. Lanner's side runs on the current backend. */
interface PeerCase extends AutoCloseable {
    /** Its name in the report. */
    String name();

    /** How long Lanner's side runs before it is timed, for the JIT compiler. */
    double warmUpSeconds();

    /**
     * Computes it on both sides.
     *
     * @throws MismatchException if the results differ
     */
    void check();

    /** Lanner's side, once. */
    void lanner();

    /** libtorch's side, once. */
    void libtorch();

    /** Frees libtorch's arrays. */
    @Override
    void close();
}
