/** The TornadoVM backend of Lanner. It is built only where {@code TORNADOVM_HOME} names an SDK. */
module dev.lanner.backend.tornado {
    exports dev.lanner.backend.tornado;

    requires transitive dev.lanner.tensor;
    requires tornado.api;

    provides dev.lanner.tensor.backend.BackendProvider with
            dev.lanner.backend.tornado.TornadoBackendProvider;
}
