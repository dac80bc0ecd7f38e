package dev.lanner.backend.cpu;

import java.util.Arrays;

/**
 * Causal, jagged HSTU attention in one pass over tiles, forward and backward (Zhai et al., "Actions Speak Louder than Words", ICML
 * 2024, section 3): with {@code s_ij = q_i·k_j + bias_ij},
 * {@code o_i = 1/divisor · sum over j <= i in the same sequence of a_ij v_j}, where a is {@code silu(s)} or the softmax of
 * {@code s / sqrt(queryWidth)} over a row.
 *
 * <p>Memory is that of a few tiles for each thread and, where a head's width is not made of whole vectors, of a sequence's padded rows;
 * never N x N. Results are the same bits for every
 * number of threads, and those of a sequence do not depend on its batch mates; an output does not depend on later rows.
 */
final class HstuAttentionKernel {
    private final WorkerPool pool;
    private final AttentionTiles tiles;

    /**
     * A kernel without state of its own.
     *
     * @param pool runs the work
     * @param tiles the inner loops
     * @throws IllegalArgumentException if a tile is not made of whole vectors
     */
    HstuAttentionKernel(WorkerPool pool, AttentionTiles tiles) {
        if (AttentionTiles.SIZE % tiles.lanes() != 0) {
            throw new IllegalArgumentException(
                    "attention: lanes must divide " + AttentionTiles.SIZE + ", got " + tiles.lanes());
        }
        this.pool = pool;
        this.tiles = tiles;
    }

    /**
     * Computes the outputs.
     *
     * @param inputs the operands
     * @param outputs overwritten; rows of no sequence become 0 in {@code out}
     */
    void forward(AttentionInputs inputs, AttentionOutputs outputs) {
        clearLooseRows(inputs, outputs.out(), inputs.shape().valueWidth());
        AttentionPlan plan = AttentionPlan.forward(inputs);
        float[] reversedPosition = AttentionScores.reversedPosition(inputs);
        pool.run(plan.bins(), (bin, scratch) -> {
            AttentionForward worker = new AttentionForward(inputs, outputs, tiles, reversedPosition, scratch);
            for (int round = 0; round < plan.rounds(); round++) {
                int unit = plan.unit(bin, round);
                if (unit >= 0) {
                    worker.run(plan, unit);
                }
            }
        });
    }

    /**
     * Computes the gradients of the operands.
     *
     * @param inputs the operands of the forward pass
     * @param outputs what the forward pass wrote; read only if there is a softmax
     * @param dOut {@code [N, H * valueWidth]}, gradient of the output; rows of no sequence are not read
     * @param gradients where to write; rows of no sequence become 0
     */
    void backward(AttentionInputs inputs, AttentionOutputs outputs, AttentionSlice dOut, AttentionGradients gradients) {
        clearLooseRows(inputs, gradients.queries(), inputs.shape().queryWidth());
        clearLooseRows(inputs, gradients.keys(), inputs.shape().queryWidth());
        clearLooseRows(inputs, gradients.values(), inputs.shape().valueWidth());
        AttentionPlan plan = AttentionPlan.backward(inputs);
        float[] reversedPosition = AttentionScores.reversedPosition(inputs);
        int timeSums = gradients.time() == null ? 0 : inputs.bias().buckets() * tiles.lanes();
        boolean ofBias = gradients.position() != null || gradients.time() != null;
        int stride = ofBias ? inputs.shape().maxLength() + AttentionTiles.SIZE + timeSums : 0;
        // A lone task has a work space for the sums and leaves the pool to the run in it.
        pool.run(1, (lone, own) -> {
            float[] sums = own.floats(0, plan.bins() * stride);
            Arrays.fill(sums, 0, plan.bins() * stride, 0);
            pool.run(plan.bins(), (bin, scratch) -> {
                AttentionBackward worker =
                        new AttentionBackward(inputs, outputs, dOut, gradients, tiles, reversedPosition, scratch);
                for (int round = 0; round < plan.rounds(); round++) {
                    int unit = plan.unit(bin, round);
                    if (unit >= 0) {
                        worker.run(plan, unit, sums, bin * stride);
                    }
                }
            });
            reducePosition(inputs, gradients.position(), sums, plan.bins(), stride);
            reduceTime(inputs, gradients.time(), sums, plan.bins(), stride);
        });
    }

    private static void clearLooseRows(AttentionInputs inputs, AttentionSlice target, int width) {
        if (target != null) {
            AttentionShape shape = inputs.shape();
            int end = inputs.offsets()[shape.sequences()];
            AttentionPacking.clear(target, end, shape.rows(), shape.heads() * width);
        }
    }

    private static void reducePosition(AttentionInputs inputs, float[] gradient, float[] sums, int bins, int stride) {
        if (gradient == null) {
            return;
        }
        int maxLength = inputs.shape().maxLength();
        Arrays.fill(gradient, 0, maxLength - 1, 0); // no query sees a later key
        for (int distance = 0; distance < maxLength; distance++) {
            double sum = 0;
            for (int bin = 0; bin < bins; bin++) {
                sum += sums[bin * stride + maxLength - 1 - distance];
            }
            gradient[maxLength - 1 + distance] = (float) sum;
        }
    }

    private void reduceTime(AttentionInputs inputs, float[] gradient, float[] sums, int bins, int stride) {
        if (gradient == null) {
            return;
        }
        int lanes = tiles.lanes();
        for (int bucket = 0; bucket < inputs.bias().buckets(); bucket++) {
            double sum = 0;
            for (int bin = 0; bin < bins; bin++) {
                int at = bin * stride + inputs.shape().maxLength() + AttentionTiles.SIZE + bucket * lanes;
                for (int lane = 0; lane < lanes; lane++) {
                    sum += sums[at + lane];
                }
            }
            gradient[bucket] = (float) sum;
        }
    }
}
