/** The backend for the cores of this machine: SIMD kernels on Java arrays. */
module dev.lanner.backend.cpu {
    exports dev.lanner.backend.cpu;

    requires transitive dev.lanner.tensor;
    // Without the module at run time, scalar kernels run.
    requires static jdk.incubator.vector;

    provides dev.lanner.tensor.backend.BackendProvider with
            dev.lanner.backend.cpu.CpuBackendProvider;
}
