package dev.lanner.backend.tornado;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lanner.tensor.DType;
import dev.lanner.tensor.Layout;
import dev.lanner.tensor.Shape;
import dev.lanner.tensor.backend.Backends;
import dev.lanner.tensor.backend.View;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Which products it takes; that they are right is seen where there is a device that has it, by the losses of training. */
class CuBlasTest {
    private final TornadoBackend backend = (TornadoBackend) Backends.get(TornadoBackend.NAME);

    private View matrix(int... sizes) {
        Shape shape = Shape.of(sizes);
        return new View(backend.allocate(DType.F32, shape.elements()), Layout.contiguous(shape));
    }

    private static View transposed(View view) {
        return new View(view.storage(), view.layout().transpose(0, 1));
    }

    /** Columns 1 and on, or rows. */
    private static View cut(View view, int axis) {
        return new View(
                view.storage(), view.layout().slice(axis, 1, view.shape().size(axis) - 1, 1));
    }

    private boolean takes(View a, View b, View out) {
        List<DeviceTask> tasks = new ArrayList<>();
        new PlainOps(tasks::add, backend.memory()).matmul(1, a, b, 1, out);
        assertEquals(1, tasks.size());
        return CuBlas.takes(tasks.getFirst());
    }

    @Test
    void wholeMatricesAndTheirTransposesAreTaken() {
        assertTrue(takes(matrix(3, 4), matrix(4, 5), matrix(3, 5)));
        assertTrue(takes(transposed(matrix(4, 3)), matrix(4, 5), matrix(3, 5)));
        assertTrue(takes(matrix(3, 4), transposed(matrix(5, 4)), matrix(3, 5)));
        assertTrue(takes(matrix(1, 1), matrix(1, 1), matrix(1, 1)));
    }

    @Test
    void whatBeginsLaterOrHasGapsOrIsABatchIsNot() {
        assertFalse(takes(cut(matrix(4, 4), 0), matrix(4, 5), matrix(3, 5)));
        assertFalse(takes(matrix(3, 4), cut(matrix(4, 6), 1), matrix(3, 5)));
        assertFalse(takes(matrix(3, 4), matrix(4, 5), transposed(matrix(5, 3))));
        assertFalse(takes(matrix(1, 3, 4), matrix(1, 4, 5), matrix(1, 3, 5)));
        assertFalse(takes(matrix(3, 0), matrix(0, 5), matrix(3, 5)));
    }
}
