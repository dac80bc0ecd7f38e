package dev.lanner.hstu.eval;

import it.unimi.dsi.fastutil.doubles.DoubleArrayList;
import it.unimi.dsi.fastutil.ints.IntArrays;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/** Predicted ratings beside those that were given: where the predictions are right on average, and where they are not. */
public final class RatingCalibration {
    private final DoubleArrayList predictions = new DoubleArrayList();
    private final DoubleArrayList ratings = new DoubleArrayList();

    /** No rating yet. */
    public RatingCalibration() {}

    /**
     * Events whose predictions are next to each other.
     *
     * @param count how many
     * @param predicted mean prediction
     * @param rating mean of the ratings that were given
     */
    public record Bin(int count, double predicted, double rating) {}

    /**
     * Adds a prediction and the rating that was given.
     *
     * @throws IllegalArgumentException if the prediction is not finite
     */
    public void add(double predicted, double rating) {
        if (!Double.isFinite(predicted)) {
            throw new IllegalArgumentException("rating: a prediction must be finite, found " + predicted);
        }
        predictions.add(predicted);
        ratings.add(rating);
    }

    /**
     * All events in the order of their predictions, cut into parts of the same size, to one event.
     *
     * @param count how many parts, positive; fewer where there are fewer events
     * @throws IllegalArgumentException if it is not positive
     */
    public List<Bin> bins(int count) {
        if (count < 1) {
            throw new IllegalArgumentException("calibration: bins must be positive, found " + count);
        }
        int events = predictions.size();
        int[] order = IntStream.range(0, events).toArray();
        IntArrays.mergeSort(order, (a, b) -> Double.compare(predictions.getDouble(a), predictions.getDouble(b)));
        int parts = Math.min(count, events);
        List<Bin> bins = new ArrayList<>();
        for (int part = 0; part < parts; part++) {
            int start = (int) ((long) events * part / parts);
            int end = (int) ((long) events * (part + 1) / parts);
            double predicted = 0;
            double rating = 0;
            for (int i = start; i < end; i++) {
                predicted += predictions.getDouble(order[i]);
                rating += ratings.getDouble(order[i]);
            }
            bins.add(new Bin(end - start, predicted / (end - start), rating / (end - start)));
        }
        return bins;
    }
}
