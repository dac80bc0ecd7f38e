package dev.lanner.tensor.testkit;

import dev.lanner.tensor.DType;
import dev.lanner.tensor.Shape;
import dev.lanner.tensor.Tensor;

/** Where a function is differentiated: its inputs, the floating point ones as doubles that can be moved. */
final class Point {
    private final Tensor[] integers;
    private final Shape[] shapes;
    private final double[][] values;

    private Point(Tensor[] integers, Shape[] shapes, double[][] values) {
        this.integers = integers;
        this.shapes = shapes;
        this.values = values;
    }

    /** Copies the inputs to the current backend. */
    static Point of(Tensor... inputs) {
        Tensor[] integers = new Tensor[inputs.length];
        Shape[] shapes = new Shape[inputs.length];
        double[][] values = new double[inputs.length][];
        for (int i = 0; i < inputs.length; i++) {
            int[] sizes = inputs[i].shape().sizes();
            shapes[i] = inputs[i].shape();
            switch (inputs[i].dtype()) {
                case F64 -> values[i] = inputs[i].toDoubles();
                case F32 -> values[i] = widened(inputs[i].toFloats());
                case I32 -> integers[i] = Tensor.of(inputs[i].toInts(), sizes);
                case I64 -> integers[i] = Tensor.of(inputs[i].toLongs(), sizes);
            }
        }
        return new Point(integers, shapes, values);
    }

    private static double[] widened(float[] floats) {
        double[] doubles = new double[floats.length];
        for (int i = 0; i < floats.length; i++) {
            doubles[i] = floats[i];
        }
        return doubles;
    }

    /** How many coordinates can be moved. */
    int differentiable() {
        int count = 0;
        for (double[] coordinates : values) {
            count += coordinates == null ? 0 : coordinates.length;
        }
        return count;
    }

    boolean isDifferentiable(int input) {
        return values[input] != null;
    }

    /** The coordinates of a floating point input themselves: what is written there moves the point. */
    double[] values(int input) {
        return values[input];
    }

    /** The inputs as constants. */
    Tensor[] constants() {
        Tensor[] tensors = new Tensor[shapes.length];
        for (int i = 0; i < tensors.length; i++) {
            tensors[i] = values[i] == null ? integers[i] : Tensor.of(values[i], shapes[i].sizes());
        }
        return tensors;
    }

    /** The inputs, the floating point ones requiring gradients. */
    Tensor[] leaves() {
        Tensor[] tensors = constants();
        for (int i = 0; i < tensors.length; i++) {
            tensors[i] = values[i] == null ? tensors[i] : tensors[i].requireGradient();
        }
        return tensors;
    }

    /** Like {@code input 1 F64[3, 4]}. */
    String name(int input) {
        return "input " + input + " " + DType.F64 + shapes[input];
    }

    /** The indices of an element along each axis. */
    int[] coordinate(int input, int index) {
        int[] coordinate = new int[shapes[input].rank()];
        int rest = index;
        for (int axis = coordinate.length - 1; axis >= 0; axis--) {
            coordinate[axis] = rest % shapes[input].size(axis);
            rest /= shapes[input].size(axis);
        }
        return coordinate;
    }
}
