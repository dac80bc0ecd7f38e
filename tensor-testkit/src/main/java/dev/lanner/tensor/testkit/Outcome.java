package dev.lanner.tensor.testkit;

import dev.lanner.tensor.backend.HostArray;

/**
 * What a call gave, row-major, beside what it should have given.
 *
 * @param what the call and its operands, for messages
 * @param actual the outputs of the backend under test
 * @param expected those of the reference
 */
record Outcome(String what, HostArray[] actual, HostArray[] expected) {
    /** The magnitude that the error of an element is relative to. */
    @FunctionalInterface
    interface Scale {
        double of(int element);
    }

    /** Elements must be equal; NaN equals NaN, and 0 equals -0. */
    void assertEqual() {
        for (int output = 0; output < actual.length; output++) {
            for (int i = 0; i < length(expected[output]); i++) {
                boolean equal = expected[output].dtype().isFloating()
                        ? equal(expected[output].getDouble(i), actual[output].getDouble(i))
                        : expected[output].getLong(i) == actual[output].getLong(i);
                if (!equal) {
                    fail(output, i, "");
                }
            }
        }
    }

    /** Elements may differ by {@code relative} of the expected one and {@code absolute} besides; what is not finite is equal. */
    void assertClose(double relative, double absolute) {
        for (int output = 0; output < actual.length; output++) {
            HostArray right = expected[output];
            assertClose(output, i -> Math.abs(right.getDouble(i)), relative, absolute);
        }
    }

    /**
     * Elements of one output may differ by {@code relative} of the largest expected magnitude.
     *
     * @param least the largest magnitude is taken to be this at least
     */
    void assertCloseInNorm(int output, double least, double relative) {
        double largest = least;
        for (int i = 0; i < length(expected[output]); i++) {
            largest = Math.max(largest, Math.abs(expected[output].getDouble(i)));
        }
        double norm = largest;
        assertClose(output, i -> norm, relative, Float.MIN_NORMAL);
    }

    /** Elements of one output may differ by {@code relative} of a magnitude of their own and {@code absolute} besides. */
    void assertClose(int output, Scale scale, double relative, double absolute) {
        for (int i = 0; i < length(expected[output]); i++) {
            double right = expected[output].getDouble(i);
            double found = actual[output].getDouble(i);
            double allowed = relative * scale.of(i) + absolute;
            if (!equal(right, found) && !(Double.isFinite(right) && Math.abs(found - right) <= allowed)) {
                fail(output, i, ", allowed difference " + allowed);
            }
        }
    }

    private static boolean equal(double a, double b) {
        return a == b || (Double.isNaN(a) && Double.isNaN(b));
    }

    private void fail(int output, int element, String rule) {
        throw new AssertionError(what + ": output " + output + ", element " + element + ": expected "
                + text(expected[output], element) + ", found " + text(actual[output], element) + rule);
    }

    private static String text(HostArray values, int i) {
        return values.dtype().isFloating() ? Double.toString(values.getDouble(i)) : Long.toString(values.getLong(i));
    }

    private static int length(HostArray values) {
        return switch (values.dtype()) {
            case F32 -> values.floats().length;
            case F64 -> values.doubles().length;
            case I32 -> values.ints().length;
            case I64 -> values.longs().length;
        };
    }
}
