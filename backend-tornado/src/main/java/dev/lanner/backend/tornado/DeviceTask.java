package dev.lanner.backend.tornado;

/**
 * One run of a kernel.
 *
 * @param kernel what runs
 * @param grid by how many work items
 * @param meta sizes, strides and scalars: see {@link Meta}
 * @param arguments what it reads and writes; one storage may come several times
 */
record DeviceTask(Kernel kernel, Grid grid, Meta meta, TornadoStorage... arguments) {
    /**
     * Checks the grid.
     *
     * @throws dev.lanner.tensor.backend.BackendException if it has more work items than a device takes
     */
    DeviceTask {
        grid.check(kernel.name());
    }
}
