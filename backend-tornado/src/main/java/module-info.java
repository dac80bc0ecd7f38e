/** The TornadoVM backend of Lanner. It is built only where {@code TORNADOVM_HOME} names an SDK. */
module dev.lanner.backend.tornado {
    requires transitive dev.lanner.tensor;
}
