/** Modules, layers, initialisers, optimisers and checkpoints. */
module dev.lanner.nn {
    exports dev.lanner.nn;

    requires transitive dev.lanner.tensor;
    requires com.fasterxml.jackson.databind;
}
