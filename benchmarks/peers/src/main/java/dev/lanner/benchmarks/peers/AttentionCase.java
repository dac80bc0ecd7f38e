package dev.lanner.benchmarks.peers;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import ai.djl.ndarray.types.Shape;
import dev.lanner.hstu.data.JaggedBatch;
import dev.lanner.hstu.model.HstuConfig;
import dev.lanner.tensor.Fused;
import dev.lanner.tensor.Gradients;
import dev.lanner.tensor.Scope;
import dev.lanner.tensor.Tape;
import dev.lanner.tensor.Tensor;
import dev.lanner.tensor.functional.HstuAttention;

/** HSTU attention alone, forward and backward: from q, k, v and the bias tables to the output, and to the gradients of all five. */
final class AttentionCase implements PeerCase {
    /** The inputs that gradients are taken of, in the order of the operation. */
    private static final String[] LEAVES = {"q", "k", "v", "position_bias", "time_bias"};

    private final HstuAttention attention;
    private final int width;
    private final Tensor offsets;
    private final Tensor times;
    private final Tensor[] leaves;
    private final Tensor upstream;

    private final NDManager manager = Libtorch.manager();
    private final ScriptFunction silu = ScriptFunction.silu(manager);
    private final PeerAttention peer;
    private final PaddedBatch padded;
    private final NDArray[] peerLeaves;
    private final NDArray peerUpstream;

    AttentionCase(Written written, HstuConfig config, JaggedBatch batch) {
        attention = new HstuAttention(
                config.attention().heads(),
                config.maxLength(),
                config.maxLength(),
                config.attention().timeBoundaries());
        width = config.width();
        int rows = batch.rows();
        offsets = Tensor.of(batch.offsets(), batch.offsets().length);
        times = Tensor.of(batch.timestamps(), rows);
        peer = written.attention(config, batch, silu, manager);
        padded = PaddedBatch.of(batch, config.maxLength(), manager);
        int[] sizes = {
            rows * width,
            rows * width,
            rows * width,
            2 * config.maxLength() - 1,
            config.attention().timeBoundaries().size() + 1
        };
        leaves = new Tensor[LEAVES.length];
        peerLeaves = new NDArray[LEAVES.length];
        for (int i = 0; i < LEAVES.length; i++) {
            float[] values = Values.uniform(i, sizes[i]);
            boolean packed = sizes[i] == rows * width;
            leaves[i] = (packed ? Tensor.of(values, rows, width) : Tensor.of(values, sizes[i])).requireGradient();
            peerLeaves[i] = packed ? pad(values) : manager.create(values);
            peerLeaves[i].setRequiresGradient(true);
        }
        float[] weights = Values.uniform(LEAVES.length, rows * width);
        upstream = Tensor.of(weights, rows, width);
        peerUpstream = pad(weights);
    }

    /** Packed rows as {@code [B, L, D]}. */
    private NDArray pad(float[] packed) {
        long[] rows = padded.rows().toLongArray();
        float[] values = new float[padded.sequences() * padded.length() * width];
        for (int i = 0; i < rows.length; i++) {
            System.arraycopy(packed, i * width, values, (int) rows[i] * width, width);
        }
        return manager.create(values, new Shape(padded.sequences(), padded.length(), width));
    }

    /** The rows of events of a {@code [B, L, D]}. */
    private float[] unpad(float[] values) {
        long[] rows = padded.rows().toLongArray();
        float[] packed = new float[rows.length * width];
        for (int i = 0; i < rows.length; i++) {
            System.arraycopy(values, (int) rows[i] * width, packed, i * width, width);
        }
        return packed;
    }

    @Override
    public String name() {
        return "attention";
    }

    @Override
    public double warmUpSeconds() {
        return 5;
    }

    private Tensor aggregated() {
        return Fused.apply(attention, leaves[0], leaves[1], leaves[2], offsets, times, times, leaves[3], leaves[4]);
    }

    private NDArray peerAggregated() {
        return peer.forward(peerLeaves[0], peerLeaves[1], peerLeaves[2], peerLeaves[3], peerLeaves[4], peer.pairs());
    }

    @Override
    public void check() {
        float[][] gradients = new float[LEAVES.length][];
        float[] output;
        try (Scope scope = Scope.open();
                Tape tape = Tape.open()) {
            Tensor aggregated = aggregated();
            output = aggregated.toFloats();
            Gradients all = tape.backward(aggregated.mul(upstream).sum());
            for (int i = 0; i < LEAVES.length; i++) {
                gradients[i] = all.get(leaves[i]).toFloats();
            }
        }
        try (NDScope scope = new NDScope()) {
            scope.suppressNotUsedWarning();
            Agreement.check(name() + ": output", output, unpad(peerAggregated().toFloatArray()));
        }
        libtorch();
        for (int i = 0; i < LEAVES.length; i++) {
            float[] gradient = Libtorch.gradient(peerLeaves[i]);
            boolean packed = gradient.length != gradients[i].length;
            Agreement.check(name() + ": gradient of " + LEAVES[i], gradients[i], packed ? unpad(gradient) : gradient);
        }
    }

    @Override
    public void lanner() {
        try (Scope scope = Scope.open();
                Tape tape = Tape.open()) {
            tape.backward(aggregated().mul(upstream).sum());
        }
    }

    @Override
    public void libtorch() {
        for (NDArray leaf : peerLeaves) {
            Libtorch.zeroGradient(leaf);
        }
        try (NDScope scope = new NDScope()) {
            scope.suppressNotUsedWarning();
            Libtorch.backward(() -> peerAggregated().mul(peerUpstream).sum());
        }
    }

    @Override
    public void close() {
        silu.close();
        manager.close();
    }
}
