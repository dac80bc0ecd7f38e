package dev.lanner.benchmarks;

import java.util.Arrays;

/** Slopes of lines: for the exponent of a power law on axes that are both logarithmic. */
final class Slope {
    private Slope() {}

    /** The exponent over all points, by least squares; NaN with fewer than two. */
    static double overall(double[] x, double[] y) {
        return line(logarithms(x), logarithms(y));
    }

    /** The slope of the points themselves, by least squares; NaN with fewer than two. */
    static double line(double[] x, double[] y) {
        double meanX = Arrays.stream(x).average().orElse(Double.NaN);
        double meanY = Arrays.stream(y).average().orElse(Double.NaN);
        double covariance = 0;
        double variance = 0;
        for (int i = 0; i < x.length; i++) {
            double dx = x[i] - meanX;
            covariance += dx * (y[i] - meanY);
            variance += dx * dx;
        }
        return variance == 0 ? Double.NaN : covariance / variance;
    }

    /** The exponent between the last two points, where the term that grows fastest counts most; NaN with fewer than two. */
    static double last(double[] x, double[] y) {
        int n = x.length;
        return n < 2 ? Double.NaN : Math.log(y[n - 1] / y[n - 2]) / Math.log(x[n - 1] / x[n - 2]);
    }

    private static double[] logarithms(double[] values) {
        return Arrays.stream(values).map(Math::log).toArray();
    }
}
