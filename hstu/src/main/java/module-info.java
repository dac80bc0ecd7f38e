/** HSTU, a sequential recommender: data, model, training, evaluation, serving and recommending. */
@SuppressWarnings("requires-automatic") // fastutil and hnswlib have no module-info.
module dev.lanner.hstu {
    exports dev.lanner.hstu;
    exports dev.lanner.hstu.data;
    exports dev.lanner.hstu.eval;
    exports dev.lanner.hstu.inference;
    exports dev.lanner.hstu.model;
    exports dev.lanner.hstu.train;

    // Records that become JSON.
    opens dev.lanner.hstu.model to
            com.fasterxml.jackson.databind;
    opens dev.lanner.hstu.train to
            com.fasterxml.jackson.databind;

    requires transitive dev.lanner.nn;
    requires com.fasterxml.jackson.databind;
    requires hnswlib.core;
    requires it.unimi.dsi.fastutil.core;
}
