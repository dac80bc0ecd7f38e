package dev.lanner.backend.tornado;

import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;
import uk.ac.manchester.tornado.api.types.arrays.LongArray;

/**
 * Tells TornadoVM that a kernel leaves elements of an output as they were. An array that a kernel only writes is not copied to the
 * device and may be zeroed there; these calls, which do nothing, make it one that is read as well.
 */
final class Outputs {
    private Outputs() {}

    static void keep(int item, FloatArray out) {
        if (item < 0) {
            out.set(0, out.get(0));
        }
    }

    static void keep(int item, IntArray out) {
        if (item < 0) {
            out.set(0, out.get(0));
        }
    }

    static void keep(int item, LongArray out) {
        if (item < 0) {
            out.set(0, out.get(0));
        }
    }
}
