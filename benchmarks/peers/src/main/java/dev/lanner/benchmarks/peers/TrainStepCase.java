package dev.lanner.benchmarks.peers;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import ai.djl.training.tracker.Tracker;
import dev.lanner.hstu.data.JaggedBatch;
import dev.lanner.hstu.model.HstuConfig;
import dev.lanner.hstu.model.HstuModel;
import dev.lanner.hstu.model.Losses;
import dev.lanner.nn.Adam;
import dev.lanner.nn.Optimizer;
import dev.lanner.tensor.Gradients;
import dev.lanner.tensor.Scope;
import dev.lanner.tensor.Tape;
import dev.lanner.tensor.Tensor;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A training step: negatives drawn, forward with dropout, both losses, backward, Adam. Lanner takes the packed batch from Java
 * arrays, libtorch a padded one that is there already.
 */
final class TrainStepCase implements PeerCase {
    private static final double LEARNING_RATE = 1e-3;

    private final String name;
    private final JaggedBatch batch;
    private final HstuModel model;
    private final Optimizer optimizer;

    private final NDManager manager = Libtorch.manager();
    private final ScriptFunction silu = ScriptFunction.silu(manager);
    private final PeerModel peer;
    private final ai.djl.training.optimizer.Optimizer peerOptimizer = ai.djl.training.optimizer.Optimizer.adam()
            .optLearningRateTracker(Tracker.fixed((float) LEARNING_RATE))
            .build();

    TrainStepCase(String name, Written written, HstuConfig config, JaggedBatch batch, int itemCount) {
        this.name = name;
        this.batch = batch;
        model = new HstuModel(config, itemCount, 1);
        model.load(withoutZeros(model.stateDict()));
        optimizer = new Adam(model.namedParameters(), LEARNING_RATE);
        peer = new PeerModel(written, config, model.stateDict(), batch, silu, manager);
    }

    /** A table of zeros, or a scale of ones, would agree with one that is read wrongly: adds a little to those parameters. */
    private static Map<String, Tensor> withoutZeros(Map<String, Tensor> state) {
        Map<String, Tensor> other = new LinkedHashMap<>(state);
        other.replaceAll((name, value) -> {
            boolean constant = name.contains(".norm_") || name.endsWith("_bias");
            Tensor noise = Tensor.of(
                    Values.uniform(name.length(), value.shape().elements()),
                    value.shape().sizes());
            return constant ? value.add(noise.mul(0.1)) : value;
        });
        return other;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public double warmUpSeconds() {
        return 15;
    }

    @Override
    public void check() {
        Map<String, float[]> gradients = new HashMap<>();
        int[] drawn;
        float retrieval;
        float rating;
        model.train(optimizer.steps() + 1);
        model.eval();
        try (Scope scope = Scope.open();
                Tape tape = Tape.open()) {
            drawn = model.negatives(batch.rows()).toInts();
            Losses losses = model.losses(batch);
            retrieval = (float) losses.retrieval().item();
            rating = (float) losses.rating().item();
            Gradients all = tape.backward(losses.total());
            model.namedParameters()
                    .forEach((parameter, leaf) ->
                            gradients.put(parameter, all.get(leaf).toFloats()));
        }
        try (NDScope scope = new NDScope()) {
            scope.suppressNotUsedWarning();
            NDArray negatives = peer.heads().negatives(drawn, manager);
            Libtorch.backward(() -> {
                PeerLosses losses = peer.losses(negatives, false);
                agree(
                        "retrieval loss",
                        new float[] {retrieval},
                        losses.retrieval().toFloatArray());
                agree("rating loss", new float[] {rating}, losses.rating().toFloatArray());
                return losses.total();
            });
        }
        peer.parameters().forEach((parameter, leaf) -> {
            agree("gradient of " + parameter, gradients.get(parameter), Libtorch.gradient(leaf));
            Libtorch.zeroGradient(leaf);
        });
    }

    private void agree(String tensor, float[] lanner, float[] libtorch) {
        Agreement.check(name + ": " + tensor, lanner, libtorch);
    }

    @Override
    public void lanner() {
        try (Scope scope = Scope.open();
                Tape tape = Tape.open()) {
            model.train(optimizer.steps() + 1);
            Tensor loss = model.losses(batch).total();
            optimizer.step(tape.backward(loss));
            requireFinite("Lanner", loss.item());
        }
    }

    @Override
    public void libtorch() {
        try (NDScope scope = new NDScope()) {
            scope.suppressNotUsedWarning();
            requireFinite(
                    "libtorch",
                    Libtorch.backward(() -> peer.losses(peer.heads().drawNegatives(manager), true)
                            .total()));
        }
        peer.parameters().forEach((parameter, leaf) -> {
            try (NDArray gradient = leaf.getGradient()) {
                peerOptimizer.update(parameter, leaf, gradient);
            }
            Libtorch.zeroGradient(leaf);
        });
    }

    private void requireFinite(String side, double loss) {
        if (!Double.isFinite(loss)) {
            throw new MismatchException(name + ": " + side + "'s loss became " + loss);
        }
    }

    @Override
    public void close() {
        silu.close();
        manager.close();
    }
}
