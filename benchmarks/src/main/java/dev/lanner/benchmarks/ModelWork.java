package dev.lanner.benchmarks;

import dev.lanner.hstu.data.JaggedBatch;
import dev.lanner.hstu.model.HstuConfig;

/** The work of the model's parts, and of a training step made of them. */
final class ModelWork {
    /**
     * Backward against forward of a product {@code C = A B}: one product for the gradient of each operand. Its operands and their
     * gradients are five matrices, dC among them, where the forward pass has three.
     */
    private static final double PRODUCT_BACKWARD = 2;

    /** The projections K, Q, V and U. */
    private static final int PROJECTIONS = 4;

    private ModelWork() {}

    /** {@code [m, k] x [k, n]}. */
    static Work product(double m, double k, double n) {
        return new Work(2 * m * k * n, (m * k + k * n + m * n) * Float.BYTES);
    }

    /** The gradients of both operands of {@link #product}. */
    static Work productBackward(double m, double k, double n) {
        return new Work(PRODUCT_BACKWARD * product(m, k, n).flops(), (2 * m * k + 2 * k * n + m * n) * Float.BYTES);
    }

    /** How many pairs of a query and a key that it sees there are, in all sequences: {@code n (n + 1) / 2} for each. */
    static double pairs(int[] offsets) {
        double pairs = 0;
        for (int b = 1; b < offsets.length; b++) {
            double length = offsets[b] - offsets[b - 1];
            pairs += length * (length + 1) / 2;
        }
        return pairs;
    }

    /** Causal attention over all heads: QK^T and AV for each pair; reads q, k and v, writes the result. */
    static Work attention(int[] offsets, int width) {
        double rows = offsets[offsets.length - 1];
        return new Work(2 * 2.0 * width * pairs(offsets), 4 * rows * width * Float.BYTES);
    }

    /**
     * Its backward pass: five products a pair (the scores again, dA, dV, dQ and dK), as Dao ("FlashAttention-2", 2023) counts them;
     * storing the scores would save one and cost memory that grows with the square. Reads q, k, v and dO, writes dq, dk and dv.
     */
    static Work attentionBackward(int[] offsets, int width) {
        double rows = offsets[offsets.length - 1];
        return new Work(5 * 2.0 * width * pairs(offsets), 7 * rows * width * Float.BYTES);
    }

    /** Sampled softmax of N rows: a dot product with each of K negatives and the target. Reads states, table and item numbers. */
    static Work sampledSoftmax(double rows, int width, int negatives, int items) {
        double floats = (rows + items) * width;
        return new Work(2 * rows * width * (negatives + 1), floats * Float.BYTES + itemBytes(rows, negatives));
    }

    /** Its gradients: each logit's adds a row to that of the state and one to that of the table. */
    static Work sampledSoftmaxBackward(double rows, int width, int negatives, int items) {
        Work forward = sampledSoftmax(rows, width, negatives, items);
        double gradients = (rows + items) * width * Float.BYTES;
        return new Work(2 * forward.flops(), forward.bytes() + gradients);
    }

    private static double itemBytes(double rows, int negatives) {
        return rows * (negatives + 1) * Integer.BYTES;
    }

    /**
     * The floating point operations of a training step, forward and backward, in its products, attention and sampled softmax;
     * everything else grows with the rows alone and is a few in a hundred of them.
     */
    static double stepFlops(HstuConfig config, JaggedBatch batch, int items) {
        double rows = batch.rows();
        int width = config.width();
        double products = config.blocks()
                        * (product(rows, width, PROJECTIONS * width).flops()
                                + product(rows, width, width).flops())
                // The input layer: item and action side by side, then D to D. The rating head: state and item, then D
                // to 1.
                + product(rows, 2 * width, width).flops()
                + product(rows, width, width).flops()
                + product(rows, 2 * width, width).flops()
                + product(rows, width, 1).flops();
        double attention = config.blocks()
                * (attention(batch.offsets(), width).flops()
                        + attentionBackward(batch.offsets(), width).flops());
        double loss =
                sampledSoftmax(rows, width, config.loss().negatives(), items).flops()
                        + sampledSoftmaxBackward(rows, width, config.loss().negatives(), items)
                                .flops();
        return (1 + PRODUCT_BACKWARD) * products + attention + loss;
    }
}
