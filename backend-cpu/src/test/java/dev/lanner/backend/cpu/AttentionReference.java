package dev.lanner.backend.cpu;

/** The equations of the attention in doubles, one pair of events after another: the oracle of its kernel. */
final class AttentionReference {
    private final AttentionInputs inputs;
    private final AttentionShape shape;

    final double[] out;
    final double[] dQueries;
    final double[] dKeys;
    final double[] dValues;
    final double[] dPosition;
    final double[] dTime;

    /** Computes the outputs, dense {@code [N, H * valueWidth]}, and all gradients for {@code dOut}, dense too. */
    AttentionReference(AttentionInputs inputs, AttentionSlice dOut) {
        this.inputs = inputs;
        shape = inputs.shape();
        out = new double[shape.rows() * shape.heads() * shape.valueWidth()];
        dQueries = new double[shape.rows() * shape.heads() * shape.queryWidth()];
        dKeys = new double[dQueries.length];
        dValues = new double[out.length];
        dPosition = new double[2 * shape.maxLength() - 1];
        dTime = new double[inputs.bias().buckets()];
        for (int sequence = 0; sequence < shape.sequences(); sequence++) {
            int start = inputs.offsets()[sequence];
            for (int i = start; i < inputs.offsets()[sequence + 1]; i++) {
                for (int head = 0; head < shape.heads(); head++) {
                    row(head, start, i, dOut);
                }
            }
        }
    }

    private void row(int head, int start, int i, AttentionSlice dOut) {
        int n = i + 1 - start;
        double[] weights = new double[n];
        double[] slopes = new double[n];
        double[] dWeights = new double[n];
        double largest = Double.NEGATIVE_INFINITY;
        for (int j = 0; j < n; j++) {
            double score = score(head, i, start + j);
            double gate = 1 / (1 + Math.exp(-score));
            weights[j] = shape.isSoftmax() ? score / Math.sqrt(shape.queryWidth()) : score * gate;
            slopes[j] = gate * (1 + score * (1 - gate));
            largest = Math.max(largest, weights[j]);
        }
        double sum = 0;
        for (int j = 0; shape.isSoftmax() && j < n; j++) {
            weights[j] = Math.exp(weights[j] - largest);
            sum += weights[j];
        }
        double mean = 0;
        for (int j = 0; j < n; j++) {
            weights[j] /= shape.isSoftmax() ? sum : 1;
            dWeights[j] = values(head, i, start + j, weights[j], dOut);
            mean += weights[j] * dWeights[j];
        }
        for (int j = 0; j < n; j++) {
            double dScore = shape.isSoftmax()
                    ? weights[j] * (dWeights[j] - mean) / Math.sqrt(shape.queryWidth())
                    : dWeights[j] * slopes[j];
            scores(head, i, start + j, dScore);
        }
    }

    private double score(int head, int i, int j) {
        int d = shape.queryWidth();
        double score = 0;
        for (int k = head * d; k < (head + 1) * d; k++) {
            score += at(inputs.queries(), i, k) * at(inputs.keys(), j, k);
        }
        score += inputs.bias().position() == null ? 0 : inputs.bias().position()[i - j + shape.maxLength() - 1];
        return score + (inputs.bias().time() == null ? 0 : inputs.bias().time()[bucket(i, j)]);
    }

    /** Adds a value to the output and to its gradient; returns the gradient of the weight. */
    private double values(int head, int i, int j, double weight, AttentionSlice dOut) {
        int e = shape.valueWidth();
        double dWeight = 0;
        for (int k = head * e; k < (head + 1) * e; k++) {
            out[i * shape.heads() * e + k] += weight * at(inputs.values(), j, k) / shape.divisor();
            dWeight += at(dOut, i, k) * at(inputs.values(), j, k) / shape.divisor();
            dValues[j * shape.heads() * e + k] += weight * at(dOut, i, k) / shape.divisor();
        }
        return dWeight;
    }

    private void scores(int head, int i, int j, double dScore) {
        int d = shape.queryWidth();
        for (int k = head * d; k < (head + 1) * d; k++) {
            dQueries[i * shape.heads() * d + k] += dScore * at(inputs.keys(), j, k);
            dKeys[j * shape.heads() * d + k] += dScore * at(inputs.queries(), i, k);
        }
        dPosition[i - j + shape.maxLength() - 1] += dScore;
        if (dTime.length > 0) {
            dTime[bucket(i, j)] += dScore;
        }
    }

    private int bucket(int i, int j) {
        long query = inputs.bias().queryTimes()[i];
        long key = inputs.bias().keyTimes()[j];
        long difference = query - key;
        boolean overflow = ((query ^ key) & (query ^ difference)) < 0;
        int bucket = 0;
        for (long boundary : inputs.bias().boundaries()) {
            bucket += overflow || boundary <= Math.abs(difference) ? 1 : 0;
        }
        return bucket;
    }

    private static double at(AttentionSlice slice, int row, int column) {
        return slice.values()[slice.at(row, column)];
    }
}
