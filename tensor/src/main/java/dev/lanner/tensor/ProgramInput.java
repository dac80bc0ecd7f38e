package dev.lanner.tensor;

import dev.lanner.tensor.backend.Backend;
import dev.lanner.tensor.backend.HostArray;
import dev.lanner.tensor.backend.Storage;
import java.util.ArrayList;
import java.util.List;

/** An input of a program: its place, and what its values must be like. */
final class ProgramInput {
    private record Check(Layout layout, Values.Rule rule) {}

    private final String name;
    private final DType dtype;
    private final Shape shape;
    private final Slot slot;
    private final List<Check> checks = new ArrayList<>();
    private Storage storage;
    private boolean set;

    ProgramInput(String name, DType dtype, Shape shape) {
        this.name = name;
        this.dtype = dtype;
        this.shape = shape;
        slot = new Slot(dtype, shape.elements());
        slot.become(Slot.Kind.INPUT);
    }

    String name() {
        return name;
    }

    Slot slot() {
        return slot;
    }

    DType dtype() {
        return dtype;
    }

    Shape shape() {
        return shape;
    }

    boolean isSet() {
        return set;
    }

    void addCheck(Layout layout, Values.Rule rule) {
        checks.add(new Check(layout, rule));
    }

    /** Where the values of the finished program lie. */
    void place(Storage real) {
        storage = real;
    }

    /** Takes values for the next runs, after a look at them. */
    void set(Backend backend, HostArray values) {
        if (values.dtype() != dtype || values.length() != shape.elements()) {
            throw new ShapeException("program: input " + name + " takes " + dtype + shape + ", found " + values.length()
                    + " values of " + values.dtype());
        }
        for (Check check : checks) {
            Values.check(values, check.layout(), check.rule());
        }
        backend.upload(values, storage, values.length());
        set = true;
    }
}
