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
            for (int i = inputs.offsets()[sequence]; i < inputs.offsets()[sequence + 1]; i++) {
                for (int j = inputs.offsets()[sequence]; j <= i; j++) {
                    for (int head = 0; head < shape.heads(); head++) {
                        pair(head, i, j, dOut);
                    }
                }
            }
        }
    }

    private void pair(int head, int i, int j, AttentionSlice dOut) {
        int d = shape.queryWidth();
        int e = shape.valueWidth();
        double score = 0;
        for (int k = head * d; k < (head + 1) * d; k++) {
            score += at(inputs.queries(), i, k) * at(inputs.keys(), j, k);
        }
        int position = i - j + shape.maxLength() - 1;
        int bucket = inputs.bias().time() == null ? 0 : bucket(i, j);
        score += inputs.bias().position() == null ? 0 : inputs.bias().position()[position];
        score += inputs.bias().time() == null ? 0 : inputs.bias().time()[bucket];
        double gate = 1 / (1 + Math.exp(-score));
        double dWeight = 0;
        for (int k = head * e; k < (head + 1) * e; k++) {
            out[i * shape.heads() * e + k] += score * gate * at(inputs.values(), j, k) / shape.divisor();
            dWeight += at(dOut, i, k) * at(inputs.values(), j, k) / shape.divisor();
            dValues[j * shape.heads() * e + k] += score * gate * at(dOut, i, k) / shape.divisor();
        }
        double dScore = dWeight * gate * (1 + score * (1 - gate));
        for (int k = head * d; k < (head + 1) * d; k++) {
            dQueries[i * shape.heads() * d + k] += dScore * at(inputs.keys(), j, k);
            dKeys[j * shape.heads() * d + k] += dScore * at(inputs.queries(), i, k);
        }
        dPosition[position] += dScore;
        if (dTime.length > 0) {
            dTime[bucket] += dScore;
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
