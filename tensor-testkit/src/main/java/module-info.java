/** Gradient checks for operations of one's own, and the contract suite of backends. Open, as test engines call it by reflection. */
@SuppressWarnings({"requires-automatic", "requires-transitive-automatic"})
open module dev.lanner.tensor.testkit {
    requires transitive dev.lanner.tensor;
    requires transitive net.jqwik.api;
    requires org.junit.jupiter.api;

    exports dev.lanner.tensor.testkit;
}
