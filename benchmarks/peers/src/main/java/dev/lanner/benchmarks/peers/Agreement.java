package dev.lanner.benchmarks.peers;

import java.util.Locale;

/** Whether both sides computed the same. */
final class Agreement {
    /** How far the two may be apart: both compute in F32, and sum in orders of their own. */
    static final double TOLERANCE = 1e-4;

    private Agreement() {}

    /**
     * Checks that two tensors are the same up to rounding: the L2 norm of the difference against that of the second.
     *
     * @param name says which tensor it is, in the message
     * @throws MismatchException if they are not
     */
    static void check(String name, float[] lanner, float[] libtorch) {
        if (lanner.length != libtorch.length) {
            throw new MismatchException(
                    name + ": Lanner has " + lanner.length + " values, libtorch " + libtorch.length);
        }
        double difference = 0;
        double size = 0;
        for (int i = 0; i < lanner.length; i++) {
            double d = (double) lanner[i] - libtorch[i];
            difference += d * d;
            size += (double) libtorch[i] * libtorch[i];
        }
        double error = difference == 0 ? 0 : Math.sqrt(difference / size);
        // Not "error > TOLERANCE", which NaN would pass.
        if (!(error <= TOLERANCE)) {
            throw new MismatchException(String.format(
                    Locale.ROOT,
                    "%s: Lanner and libtorch differ by %.2e (relative L2), allowed is %.0e",
                    name,
                    error,
                    TOLERANCE));
        }
    }
}
