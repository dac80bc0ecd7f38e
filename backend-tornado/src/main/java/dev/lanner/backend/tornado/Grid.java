package dev.lanner.backend.tornado;

import dev.lanner.tensor.backend.BackendException;
import uk.ac.manchester.tornado.api.WorkerGrid3D;

/**
 * How many groups of work items run a kernel, and how large they are.
 *
 * @param groups along x, y and z; along y and z at most 65,535, which is what NVIDIA's GPUs take
 * @param group work items of a group along x, y and z
 */
record Grid(int[] groups, int[] group) {
    private static final int MOST_GROUPS = 65_535;

    /** Work items of a group of element-wise kernels. */
    static final int ELEMENTS = 64;

    /** Checks the groups: TornadoVM would run fewer, or none, without an error. */
    Grid {
        if (groups[1] > MOST_GROUPS || groups[2] > MOST_GROUPS) {
            throw new BackendException(
                    "too large for a device: it runs at most " + MOST_GROUPS + " groups along y and z, found "
                            + groups[1] + " and " + groups[2] + "; take fewer rows or a smaller batch");
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

    /** Sets a task's worker to this. */
    void applyTo(WorkerGrid3D worker) {
        worker.setGlobalWork((long) groups[0] * group[0], (long) groups[1] * group[1], (long) groups[2] * group[2]);
        worker.setLocalWork(group[0], group[1], group[2]);
    }
}
