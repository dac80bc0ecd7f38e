package dev.lanner.hstu.eval;

/** Errors of predicted ratings. */
public final class RatingErrors {
    private double squares;
    private double absolutes;
    private int count;

    /** No rating yet. */
    public RatingErrors() {}

    /**
     * Adds a prediction and the rating that was given.
     *
     * @throws IllegalArgumentException if the prediction is not finite: one such value would hide all others
     */
    public void add(double predicted, double rating) {
        if (!Double.isFinite(predicted)) {
            throw new IllegalArgumentException("rating: a prediction must be finite, found " + predicted);
        }
        double error = predicted - rating;
        squares += error * error;
        absolutes += Math.abs(error);
        count++;
    }

    /** The root mean squared error; 0 without ratings. */
    public double rmse() {
        return count == 0 ? 0 : Math.sqrt(squares / count);
    }

    /** The mean absolute error; 0 without ratings. */
    public double mae() {
        return count == 0 ? 0 : absolutes / count;
    }
}
