package dev.lanner.backend.tornado;

import dev.lanner.tensor.backend.BackendException;
import uk.ac.manchester.tornado.api.WorkerGrid3D;

/**
 * How many groups of work items run a kernel, and how large they are.
 *
 * @param groups along x, y and z; along y and z at most {@link #MOST_GROUPS}
 * @param group work items of a group along x, y and z
 */
record Grid(int[] groups, int[] group) {
    /** Along y and z NVIDIA's GPUs run no more; TornadoVM would then run fewer, or none, without an error. */
    static final int MOST_GROUPS = 65_535;

    /** Work items of a group of element-wise kernels. */
    static final int ELEMENTS = 64;

    /**
     * Checks what takes groups along y or z.
     *
     * @param operation whose it is
     * @param what it is, in the plural
     * @throws BackendException if there are more than a device takes
     */
    static void check(String operation, String what, int count, int most) {
        if (count > most) {
            throw new BackendException(
                    operation + ": a device takes at most " + most + " " + what + ", found " + count);
        }
    }

    /** One work item for each of {@code count} elements, and some more in the last group. */
    static Grid elements(int count) {
        return groups(Math.ceilDiv(count, ELEMENTS), ELEMENTS);
    }

    /** Groups in a row. */
    static Grid groups(int groups, int size) {
        return new Grid(new int[] {groups, 1, 1}, new int[] {size, 1, 1});
    }

    /**
     * Checks the work items along x, whose number TornadoVM narrows to an int, unchecked.
     *
     * @param kernel whose they are
     * @throws BackendException if there are 2^31 or more
     */
    void check(String kernel) {
        if ((long) groups[0] * group[0] > Integer.MAX_VALUE) {
            throw new BackendException("kernel " + kernel + ": a device runs at most 2^31-1 work items in a row, found "
                    + groups[0] + " groups of " + group[0]);
        }
    }

    /** Sets a task's worker to this. */
    void applyTo(WorkerGrid3D worker) {
        worker.setGlobalWork((long) groups[0] * group[0], (long) groups[1] * group[1], (long) groups[2] * group[2]);
        worker.setLocalWork(group[0], group[1], group[2]);
    }
}
