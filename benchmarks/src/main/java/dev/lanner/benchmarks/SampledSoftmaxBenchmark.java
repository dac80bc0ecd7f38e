package dev.lanner.benchmarks;

import dev.lanner.hstu.model.HstuConfig;
import dev.lanner.tensor.Fused;
import dev.lanner.tensor.RandomKey;
import dev.lanner.tensor.Scope;
import dev.lanner.tensor.Shape;
import dev.lanner.tensor.Tape;
import dev.lanner.tensor.Tensor;
import dev.lanner.tensor.functional.SampledSoftmaxLoss;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Setup;

/** The retrieval loss of the preset {@code article}: 128 negatives for each row. */
public class SampledSoftmaxBenchmark extends KernelBenchmark {
    private static final HstuConfig ARTICLE = HstuConfig.article();
    private static final SampledSoftmaxLoss LOSS =
            new SampledSoftmaxLoss(ARTICLE.loss().temperature());
    private static final int TABLE_ROWS = Workload.ITEMS + 1;

    private Tensor states;
    private Tensor table;
    private Tensor targets;
    private Tensor negatives;

    @Override
    Work work(String method) {
        Work forward = ModelWork.sampledSoftmax(ROWS, WIDTH, ARTICLE.loss().negatives(), TABLE_ROWS);
        return switch (method) {
            case "forward" -> forward;
            case "forwardAndBackward" ->
                forward.plus(ModelWork.sampledSoftmaxBackward(
                        ROWS, WIDTH, ARTICLE.loss().negatives(), TABLE_ROWS));
            default -> throw unknown(method);
        };
    }

    /** Makes the operands. */
    @Setup
    public void operands() {
        states = random(1, ROWS, WIDTH).requireGradient();
        table = random(2, TABLE_ROWS, WIDTH).requireGradient();
        targets = Tensor.randomInts(RandomKey.of(3), 1, TABLE_ROWS, Shape.of(ROWS));
        negatives = Tensor.randomInts(
                RandomKey.of(4), 1, TABLE_ROWS, Shape.of(ROWS, ARTICLE.loss().negatives()));
    }

    private Tensor loss() {
        return Fused.apply(LOSS, states, table, targets, negatives);
    }

    /** The loss, without a tape. */
    @Benchmark
    public Shape forward() {
        try (Scope scope = Scope.open()) {
            return loss().shape();
        }
    }

    /** The loss, and the gradients of states and table. */
    @Benchmark
    public Shape forwardAndBackward() {
        try (Scope scope = Scope.open();
                Tape tape = Tape.open()) {
            return tape.backward(loss()).get(table).shape();
        }
    }
}
