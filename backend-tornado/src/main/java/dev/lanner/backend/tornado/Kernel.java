package dev.lanner.backend.tornado;

import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.TaskGraph;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;
import uk.ac.manchester.tornado.api.types.arrays.LongArray;
import uk.ac.manchester.tornado.api.types.arrays.TornadoNativeArray;

/**
 * A function that TornadoVM compiles for the device. It is a static method of (KernelContext, the integers and, if it has any, the
 * floats of {@link Meta}, device arrays...), and all that varies from task to task comes in the arrays: scalars would be folded into
 * the code.
 *
 * @param name in messages and profiles; letters and digits only
 * @param written bit i says that argument i is written, if only in part
 * @param binding adds the function as a task to a graph
 */
record Kernel(String name, int written, Binding binding) {
    /** Adds a kernel as a task. */
    @FunctionalInterface
    interface Binding {
        void bind(TaskGraph graph, String id, KernelContext context, IntArray meta, Arguments arguments);
    }

    /**
     * The device arrays of one task.
     *
     * @param reals the floats of {@link Meta}
     * @param arrays by position
     */
    record Arguments(FloatArray reals, TornadoNativeArray... arrays) {
        FloatArray floats(int i) {
            return (FloatArray) arrays[i];
        }

        IntArray ints(int i) {
            return (IntArray) arrays[i];
        }

        LongArray longs(int i) {
            return (LongArray) arrays[i];
        }
    }

    /** A kernel that writes its last argument. */
    static Kernel into(int output, String name, Binding binding) {
        return new Kernel(name, 1 << output, binding);
    }

    boolean writes(int argument) {
        return (written >> argument & 1) == 1;
    }
}
