package dev.lanner.hstu.train;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * What is known after an epoch: a line of {@code metrics.csv}.
 *
 * @param epoch counted from 1
 * @param steps taken so far
 * @param loss mean total loss of the epoch's steps
 * @param retrievalLoss its retrieval part
 * @param ratingLoss its rating part, not weighted
 * @param validation the figures on the validation targets
 */
public record EpochMetrics(
        int epoch, int steps, double loss, double retrievalLoss, double ratingLoss, Evaluation validation) {
    /** The names of the columns. */
    public static final String CSV_HEADER = "epoch,steps,loss,retrieval_loss,rating_loss,"
            + "val_hr@10,val_ndcg@10,val_hr@50,val_ndcg@50,val_hr@200,val_ndcg@200,val_mrr,val_rmse,val_mae";

    /** This line; doubles in full, so that reading it gives the same bits. */
    public String toCsv() {
        List<String> cells = new ArrayList<>();
        cells.add(Integer.toString(epoch));
        cells.add(Integer.toString(steps));
        double[] values = {
            loss,
            retrievalLoss,
            ratingLoss,
            validation.hitRate10(),
            validation.ndcg10(),
            validation.hitRate50(),
            validation.ndcg50(),
            validation.hitRate200(),
            validation.ndcg200(),
            validation.mrr(),
            validation.ratingRmse(),
            validation.ratingMae()
        };
        for (double value : values) {
            cells.add(Double.toString(value));
        }
        return String.join(",", cells);
    }

    /**
     * Reads a line.
     *
     * @throws IllegalArgumentException if it is none
     */
    public static EpochMetrics fromCsv(String line) {
        String[] cells = line.split(",", -1);
        if (cells.length != CSV_HEADER.split(",", -1).length) {
            throw new IllegalArgumentException("metrics: expected " + CSV_HEADER + ", found \"" + line + "\"");
        }
        double[] v = new double[cells.length];
        for (int i = 0; i < cells.length; i++) {
            v[i] = Double.parseDouble(cells[i]);
        }
        Evaluation validation = new Evaluation(v[5], v[6], v[7], v[8], v[9], v[10], v[11], v[12], v[13]);
        return new EpochMetrics((int) v[0], (int) v[1], v[2], v[3], v[4], validation);
    }

    /** One line for a person. */
    public String summary() {
        return String.format(
                Locale.ROOT,
                "epoch %3d  loss %.4f  val HR@10 %.4f  NDCG@10 %.4f  HR@50 %.4f  HR@200 %.4f  MRR %.4f%s",
                epoch,
                loss,
                validation.hitRate10(),
                validation.ndcg10(),
                validation.hitRate50(),
                validation.hitRate200(),
                validation.mrr(),
                validation.ratingRmse() == 0 ? "" : String.format(Locale.ROOT, "  RMSE %.4f", validation.ratingRmse()));
    }
}
