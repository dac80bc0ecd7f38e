package dev.lanner.benchmarks;

/** The exponent of a power law: the slope of a line on axes that are both logarithmic. */
final class Slope {
    private Slope() {}

    /** Over all points, by least squares; NaN with fewer than two. */
    static double overall(double[] x, double[] y) {
        double meanX = meanLog(x);
        double meanY = meanLog(y);
        double covariance = 0;
        double variance = 0;
        for (int i = 0; i < x.length; i++) {
            double dx = Math.log(x[i]) - meanX;
            covariance += dx * (Math.log(y[i]) - meanY);
            variance += dx * dx;
        }
        return variance == 0 ? Double.NaN : covariance / variance;
    }

    /** Between the last two points, where the term that grows fastest counts most; NaN with fewer than two. */
    static double last(double[] x, double[] y) {
        int n = x.length;
        return n < 2 ? Double.NaN : Math.log(y[n - 1] / y[n - 2]) / Math.log(x[n - 1] / x[n - 2]);
    }

    private static double meanLog(double[] values) {
        double sum = 0;
        for (double value : values) {
            sum += Math.log(value);
        }
        return sum / values.length;
    }
}
