package dev.lanner.backend.tornado;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.lanner.tensor.DType;
import dev.lanner.tensor.Fused;
import dev.lanner.tensor.Gradients;
import dev.lanner.tensor.RandomKey;
import dev.lanner.tensor.Shape;
import dev.lanner.tensor.Tape;
import dev.lanner.tensor.Tensor;
import dev.lanner.tensor.backend.Backends;
import dev.lanner.tensor.backend.View;
import dev.lanner.tensor.functional.FullSoftmaxLoss;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** Blocks of rows, which the sizes of the contract suite do not reach. */
class FullSoftmaxLossKernelTest {
    private static final FullSoftmaxLoss OP = new FullSoftmaxLoss(0.3);
    private static final int ROWS = 11;
    private static final int ITEMS = 301;
    private static final int WIDTH = 9;
    private static final float UPSTREAM = 1.5f;

    /** The loss, the gradient of h and that of the table. */
    private record Results(float loss, float[] dStates, float[] dTable) {}

    /** h, table and targets on the current backend; three of the rows have no target. */
    private static Tensor[] operands() {
        return new Tensor[] {
            Tensor.uniform(RandomKey.of(1), -1, 1, DType.F32, Shape.of(ROWS, WIDTH)),
            Tensor.uniform(RandomKey.of(2), -1, 1, DType.F32, Shape.of(ITEMS, WIDTH)),
            Tensor.of(new int[] {0, 1, ITEMS - 1, 7, 0, 128, 129, 1, 300, 0, 64}, ROWS)
        };
    }

    private static Results onTheCpu() {
        try (Backends.Use use = Backends.use(Backends.get("cpu"));
                Tape tape = Tape.open()) {
            Tensor[] in = operands();
            in[0] = in[0].requireGradient();
            in[1] = in[1].requireGradient();
            Tensor loss = Fused.apply(OP, in);
            Gradients gradients = tape.backward(loss.mul(UPSTREAM));
            return new Results(
                    (float) loss.item(),
                    gradients.get(in[0]).toFloats(),
                    gradients.get(in[1]).toFloats());
        }
    }

    private static Results inBlocks(int block) {
        TornadoBackend backend = (TornadoBackend) Backends.get(TornadoBackend.NAME);
        try (Backends.Use use = Backends.use(backend)) {
            View[] inputs = views(operands());
            PlainOps plain = new PlainOps(backend::dispatch, backend.memory());
            FullSoftmaxLossKernel kernel =
                    new FullSoftmaxLossKernel(backend::dispatch, backend.memory(), plain, OP, block);
            Tensor loss = Tensor.zeros(DType.F32, Shape.of());
            Tensor[] saved = Arrays.stream(kernel.saved(inputs))
                    .map(shape -> Tensor.zeros(DType.F32, shape))
                    .toArray(Tensor[]::new);
            Tensor dStates = Tensor.zeros(DType.F32, Shape.of(ROWS, WIDTH));
            Tensor dTable = Tensor.zeros(DType.F32, Shape.of(ITEMS, WIDTH));
            View[] outputs = views(loss, saved[0], saved[1], saved[2]);
            kernel.forward(inputs, outputs);
            View[] wanted = {dStates.view(), dTable.view(), null};
            kernel.backward(
                    inputs,
                    outputs,
                    Tensor.full(DType.F32, Shape.of(), UPSTREAM).view(),
                    wanted);
            return new Results((float) loss.item(), dStates.toFloats(), dTable.toFloats());
        }
    }

    private static View[] views(Tensor... tensors) {
        return Arrays.stream(tensors).map(Tensor::view).toArray(View[]::new);
    }

    /** All rows; ten and a rest of one; four and a rest of three; one each, though the block is smaller. */
    @Test
    void anyBlocksOfRowsGiveWhatTheCpuGives() {
        Results expected = onTheCpu();
        for (int block : new int[] {ROWS * ITEMS, ROWS * ITEMS - 1, 5 * ITEMS - 1, 10}) {
            Results actual = inBlocks(block);
            String what = "blocks of " + block;
            assertEquals(expected.loss(), actual.loss(), 1e-5 * expected.loss(), what);
            assertArrayEquals(expected.dStates(), actual.dStates(), 1e-6f, what);
            assertArrayEquals(expected.dTable(), actual.dTable(), 1e-6f, what);
        }
    }
}
