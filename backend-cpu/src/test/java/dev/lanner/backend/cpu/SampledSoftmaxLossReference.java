package dev.lanner.backend.cpu;

/** The sampled softmax loss and its gradients in double precision, straight from the equations. */
final class SampledSoftmaxLossReference {
    private static final double MIN_NORM = 1e-6;

    final double[] dh;
    final double[] dTable;
    double loss;

    /** The largest term of a gradient: less is left of it where rows are nearly parallel. */
    double largestTerm;

    private final float[] h;
    private final float[] table;
    private final int[] targets;
    private final int[] negatives;
    private final int width;
    private final double temperature;

    SampledSoftmaxLossReference(
            float[] h, float[] table, int[] targets, int[] negatives, int width, double temperature, double dOut) {
        this.h = h;
        this.table = table;
        this.targets = targets;
        this.negatives = negatives;
        this.width = width;
        this.temperature = temperature;
        dh = new double[h.length];
        dTable = new double[table.length];
        int counted = 0;
        for (int target : targets) {
            counted += target == 0 ? 0 : 1;
        }
        for (int row = 0; row < targets.length; row++) {
            if (targets[row] != 0) {
                add(row, 1.0 / counted, dOut);
            }
        }
    }

    private void add(int row, double weight, double dOut) {
        int k = negatives.length / targets.length;
        double sum = Math.exp(logit(row, targets[row]));
        for (int i = 0; i < k; i++) {
            int item = negatives[row * k + i];
            sum += item == targets[row] ? 0 : Math.exp(logit(row, item));
        }
        loss += weight * (Math.log(sum) - logit(row, targets[row]));
        addGradient(row, targets[row], dOut * weight * (Math.exp(logit(row, targets[row])) / sum - 1));
        for (int i = 0; i < k; i++) {
            int item = negatives[row * k + i];
            if (item != targets[row]) {
                addGradient(row, item, dOut * weight * Math.exp(logit(row, item)) / sum);
            }
        }
    }

    private double logit(int row, int item) {
        double dot = 0;
        for (int j = 0; j < width; j++) {
            dot += (double) h[row * width + j] * table[item * width + j];
        }
        return dot / norm(h, row) / norm(table, item) / temperature;
    }

    private double norm(float[] x, int row) {
        double square = 0;
        for (int j = 0; j < width; j++) {
            square += (double) x[row * width + j] * x[row * width + j];
        }
        return Math.max(Math.sqrt(square), MIN_NORM);
    }

    /** {@code d cos(a, b) / da = (b / |b| - cos a / |a|) / |a|}, without the second term for a clamped |a|; and so for b. */
    private void addGradient(int row, int item, double gradient) {
        double ofState = norm(h, row);
        double ofItem = norm(table, item);
        double cosine = logit(row, item) * temperature;
        for (int j = 0; j < width; j++) {
            double a = h[row * width + j] / ofState;
            double b = table[item * width + j] / ofItem;
            double along = ofState > MIN_NORM ? cosine : 0;
            double alongItem = ofItem > MIN_NORM ? cosine : 0;
            dh[row * width + j] += gradient / temperature * (b - along * a) / ofState;
            dTable[item * width + j] += gradient / temperature * (a - alongItem * b) / ofItem;
            double term = Math.max(Math.abs(b) / ofState, Math.abs(a) / ofItem);
            largestTerm = Math.max(largestTerm, Math.abs(gradient) / temperature * term);
        }
    }
}
