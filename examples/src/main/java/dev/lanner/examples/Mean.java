package dev.lanner.examples;

import java.util.Arrays;
import java.util.Locale;

/**
 * A figure over several runs.
 *
 * @param value the mean
 * @param spread the sample standard deviation, NaN of fewer than two runs
 */
record Mean(double value, double spread) {
    /** Of at least one value. */
    static Mean of(double... values) {
        double mean = Arrays.stream(values).average().orElseThrow();
        double squares = Arrays.stream(values).map(v -> (v - mean) * (v - mean)).sum();
        return new Mean(mean, values.length < 2 ? Double.NaN : Math.sqrt(squares / (values.length - 1)));
    }

    /** Four places, and the spread where there is one. */
    @Override
    public String toString() {
        return Double.isNaN(spread)
                ? String.format(Locale.ROOT, "%.4f", value)
                : String.format(Locale.ROOT, "%.4f ± %.4f", value, spread);
    }
}
