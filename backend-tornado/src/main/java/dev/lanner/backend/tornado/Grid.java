package dev.lanner.backend.tornado;

import uk.ac.manchester.tornado.api.WorkerGrid3D;

/**
 * How many groups of work items run a kernel, and how large they are.
 *
 * @param groups along x, y and z
 * @param group work items of a group along x, y and z
 */
record Grid(int[] groups, int[] group) {
    /** Work items of a group of element-wise kernels. */
    static final int ELEMENTS = 64;

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
