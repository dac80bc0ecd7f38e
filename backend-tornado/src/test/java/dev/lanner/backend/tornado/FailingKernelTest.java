package dev.lanner.backend.tornado;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lanner.tensor.DType;
import dev.lanner.tensor.backend.BackendException;
import dev.lanner.tensor.backend.Backends;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.common.TornadoDevice;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/** What TornadoVM cannot compile is an error that names the kernel: nothing runs on the host instead. */
class FailingKernelTest {
    private static final Kernel CALLS_ITSELF = Kernel.into(
            0,
            "callsItself",
            (graph, id, context, meta, a) ->
                    graph.task(id, FailingKernelTest::callsItself, context, meta, a.floats(0)));
    private static final Kernel ALLOCATES = Kernel.into(
            0,
            "allocates",
            (graph, id, context, meta, a) -> graph.task(id, FailingKernelTest::allocates, context, meta, a.floats(0)));

    private static final Kernel FILLS = Kernel.into(
            0,
            "fills",
            (graph, id, context, meta, a) -> graph.task(id, FailingKernelTest::fills, context, meta, a.floats(0)));

    private static void callsItself(KernelContext context, IntArray meta, FloatArray out) {
        out.set(context.globalIdx, fibonacci(meta.get(0)));
    }

    private static int fibonacci(int n) {
        return n < 2 ? n : fibonacci(n - 1) + fibonacci(n - 2);
    }

    private static void allocates(KernelContext context, IntArray meta, FloatArray out) {
        float[] values = new float[meta.get(0)];
        for (int i = 0; i < meta.get(0); i++) {
            values[i] = out.get(i);
        }
        out.set(context.globalIdx, values[context.globalIdx % 2]);
    }

    private static void fills(KernelContext context, IntArray meta, FloatArray out) {
        out.set(context.globalIdx, meta.get(0));
    }

    private static DeviceTask task(Kernel kernel, TornadoStorage out) {
        return new DeviceTask(kernel, Grid.elements(out.size()), new Meta(5), out);
    }

    @Test
    void aKernelThatDoesNotCompileIsNamed() {
        // The backend sets what TornadoVM reads once, when its classes are first used.
        assertEquals(TornadoBackend.NAME, Backends.get(TornadoBackend.NAME).name());
        TornadoDevice device = Devices.chosen();
        for (Kernel kernel : List.of(CALLS_ITSELF, ALLOCATES)) {
            TornadoStorage out = TornadoStorage.allocate(DType.F32, Grid.ELEMENTS);
            String start = "kernel " + kernel.name() + " on " + device.getDeviceName() + " failed: ";
            try (EagerDispatcher eager = new EagerDispatcher(device)) {
                for (int time = 0; time < 2; time++) {
                    BackendException alone =
                            assertThrows(BackendException.class, () -> eager.dispatch(task(kernel, out)));
                    assertTrue(alone.getMessage().startsWith(start), alone::getMessage);
                }
                eager.dispatch(task(FILLS, out));
                assertEquals(5, out.elements().getAtIndex(ValueLayout.JAVA_FLOAT, 0), "others go on");
            }
            List<DeviceTask> tasks = List.of(task(FILLS, out), task(kernel, out), task(FILLS, out));
            BackendException inProgram = assertThrows(
                    BackendException.class, () -> ReplayPlan.compiled(device, tasks, Set.of(), Set.of(), Set.of(out)));
            assertTrue(inProgram.getMessage().startsWith(start), inProgram::getMessage);
        }
    }
}
