/** Tensors with reverse-mode autograd, the contract of backends, and the reference backend. */
module dev.lanner.tensor {
    exports dev.lanner.tensor;
    exports dev.lanner.tensor.backend;
    exports dev.lanner.tensor.functional;
    exports dev.lanner.tensor.reference;

    uses dev.lanner.tensor.backend.BackendProvider;

    provides dev.lanner.tensor.backend.BackendProvider with
            dev.lanner.tensor.reference.ReferenceProvider;
}
