package dev.lanner.tensor;

import dev.lanner.tensor.backend.Backend;
import dev.lanner.tensor.backend.CompareOp;
import dev.lanner.tensor.backend.HostArray;
import dev.lanner.tensor.backend.RandomOp;
import dev.lanner.tensor.backend.UnaryOp;
import dev.lanner.tensor.backend.View;
import java.util.Objects;
import java.util.function.Consumer;

/**
 * An n-dimensional array: an immutable handle of storage, layout and dtype on a backend. Views (reshape, transpose, narrow, expand)
 * share storage. Operands of an operation live on one backend and have one dtype; shapes broadcast as in NumPy. Negative axes
 * count from the end. What is computed while a {@link Tape} is open, from tensors that require a gradient, can be differentiated.
 *
 * <p>Memory: a tensor made inside a {@link Scope} is released when the scope closes, and whoever uses it then is told; others are
 * dropped like any object.
 */
public final class Tensor {
    private final Backend backend;
    private final View view;
    private final boolean requiresGradient;

    Tensor(Backend backend, View view, boolean requiresGradient) {
        this.backend = backend;
        this.view = view;
        this.requiresGradient = requiresGradient;
    }

    // Creation, on Backends.current().

    /** An F32 tensor with a copy of the values in row-major order. */
    public static Tensor of(float[] values, int... sizes) {
        return Creation.upload(HostArray.of(values), values.length, Shape.of(sizes));
    }

    /** An F64 tensor with a copy of the values in row-major order. */
    public static Tensor of(double[] values, int... sizes) {
        return Creation.upload(HostArray.of(values), values.length, Shape.of(sizes));
    }

    /** An I32 tensor with a copy of the values in row-major order. */
    public static Tensor of(int[] values, int... sizes) {
        return Creation.upload(HostArray.of(values), values.length, Shape.of(sizes));
    }

    /** An I64 tensor with a copy of the values in row-major order. */
    public static Tensor of(long[] values, int... sizes) {
        return Creation.upload(HostArray.of(values), values.length, Shape.of(sizes));
    }

    /** A tensor with one value everywhere. */
    public static Tensor full(DType dtype, Shape shape, double value) {
        return Creation.full(Creation.current(), dtype, shape, value);
    }

    /** A tensor of zeros. */
    public static Tensor zeros(DType dtype, Shape shape) {
        return full(dtype, shape, 0);
    }

    /** A tensor of ones. */
    public static Tensor ones(DType dtype, Shape shape) {
        return full(dtype, shape, 1);
    }

    /** A scalar of this tensor's dtype and on its backend. */
    public Tensor scalarLike(double value) {
        return Creation.full(backend(), dtype(), Shape.of(), value);
    }

    /** The numbers 0 to count - 1, {@code [count]}. */
    public static Tensor arange(DType dtype, int count) {
        return Creation.arange(dtype, count);
    }

    /** Uniform random numbers in [low, high). */
    public static Tensor uniform(RandomKey key, double low, double high, DType dtype, Shape shape) {
        return Creation.random(RandomOp.UNIFORM, key, low, high, dtype, shape);
    }

    /** Normal random numbers. */
    public static Tensor normal(RandomKey key, double mean, double std, DType dtype, Shape shape) {
        return Creation.random(RandomOp.NORMAL, key, mean, std, dtype, shape);
    }

    /** Normal random numbers, drawn again where they are further than two standard deviations from the mean. */
    public static Tensor truncatedNormal(RandomKey key, double mean, double std, DType dtype, Shape shape) {
        return Creation.random(RandomOp.TRUNCATED_NORMAL, key, mean, std, dtype, shape);
    }

    /** I32 random numbers uniform in [low, high). */
    public static Tensor randomInts(RandomKey key, int low, int high, Shape shape) {
        return Creation.random(RandomOp.UNIFORM_INT, key, low, high, DType.I32, shape);
    }

    // What it is.

    /** The backend it lives on. */
    public Backend backend() {
        return Recorder.over(backend);
    }

    /**
     * The backend's operand: for kernels and backends.
     *
     * @throws IllegalStateException if the tensor was released, by the scope or the program that it belongs to
     */
    public View view() {
        if (view.storage().isReleased()) {
            throw new IllegalStateException(
                    "tensor: " + this
                            + " was released, by the scope or the program that it belongs to; Scope.keep lets a tensor outlive its scope");
        }
        return view;
    }

    /** The type of the elements. */
    public DType dtype() {
        return view.dtype();
    }

    /** The sizes. */
    public Shape shape() {
        return view.shape();
    }

    /** The size along an axis. */
    public int size(int axis) {
        return shape().size(axis);
    }

    /** Whether gradients flow to it: asked for by {@link #requireGradient}, or computed on a tape from one that does. */
    public boolean requiresGradient() {
        return requiresGradient;
    }

    /**
     * A leaf that shares this tensor's storage and whose gradient {@link Tape#backward} computes.
     *
     * @throws ShapeException if the dtype is not floating point
     */
    public Tensor requireGradient() {
        if (!dtype().isFloating()) {
            throw new ShapeException("requireGradient: only floating point tensors have gradients, found " + dtype());
        }
        return new Tensor(backend, view, true);
    }

    /** The same elements, cut off from the tape. */
    public Tensor detach() {
        return requiresGradient ? new Tensor(backend, view, false) : this;
    }

    // Element-wise.

    /** {@code this + other}. */
    public Tensor add(Tensor other) {
        return Elementwise.add(this, other);
    }

    /** {@code this + value}. */
    public Tensor add(double value) {
        return add(scalarLike(value));
    }

    /** {@code this - other}. */
    public Tensor sub(Tensor other) {
        return Elementwise.sub(this, other);
    }

    /** {@code this - value}. */
    public Tensor sub(double value) {
        return sub(scalarLike(value));
    }

    /** {@code this * other}. */
    public Tensor mul(Tensor other) {
        return Elementwise.mul(this, other);
    }

    /** {@code this * value}. */
    public Tensor mul(double value) {
        return mul(scalarLike(value));
    }

    /** {@code this / other}; of integers, cut towards zero. */
    public Tensor div(Tensor other) {
        return Elementwise.div(this, other);
    }

    /** {@code this / value}. */
    public Tensor div(double value) {
        return div(scalarLike(value));
    }

    /** The larger of each pair; where equal, the gradient is shared. */
    public Tensor maximum(Tensor other) {
        return Elementwise.extreme(true, this, other);
    }

    /** The smaller of each pair; where equal, the gradient is shared. */
    public Tensor minimum(Tensor other) {
        return Elementwise.extreme(false, this, other);
    }

    /** Limits to [low, high]; the gradient passes where the input is within. */
    public Tensor clamp(double low, double high) {
        return Elementwise.clamp(this, low, high);
    }

    /** {@code this} to the power of a constant. */
    public Tensor pow(double exponent) {
        return Elementwise.pow(this, exponent);
    }

    /** {@code -this}. */
    public Tensor neg() {
        return Elementwise.unary(UnaryOp.NEG, this);
    }

    /** The absolute value; its gradient at 0 is 0. */
    public Tensor abs() {
        return Elementwise.unary(UnaryOp.ABS, this);
    }

    /** -1, 0 or 1; its gradient is 0. */
    public Tensor sign() {
        return Elementwise.unary(UnaryOp.SIGN, this);
    }

    /** e to the power of this. */
    public Tensor exp() {
        return Elementwise.unary(UnaryOp.EXP, this);
    }

    /** The natural logarithm. */
    public Tensor log() {
        return Elementwise.unary(UnaryOp.LOG, this);
    }

    /** The square root. */
    public Tensor sqrt() {
        return Elementwise.unary(UnaryOp.SQRT, this);
    }

    /** {@code this * this}. */
    public Tensor square() {
        return Elementwise.unary(UnaryOp.SQUARE, this);
    }

    /** {@code 1 / this}. */
    public Tensor reciprocal() {
        return Elementwise.unary(UnaryOp.RECIPROCAL, this);
    }

    /** The hyperbolic tangent. */
    public Tensor tanh() {
        return Elementwise.unary(UnaryOp.TANH, this);
    }

    /** {@code 1 / (1 + exp(-this))}. */
    public Tensor sigmoid() {
        return Elementwise.unary(UnaryOp.SIGMOID, this);
    }

    /** {@code this * sigmoid(this)}. */
    public Tensor silu() {
        return Elementwise.unary(UnaryOp.SILU, this);
    }

    /** {@code max(this, 0)}; its gradient at 0 is 0. */
    public Tensor relu() {
        return Elementwise.unary(UnaryOp.RELU, this);
    }

    /** {@code 2 / sqrt(pi)} times the integral of {@code exp(-t²)} from 0 to this. */
    public Tensor erf() {
        return Elementwise.unary(UnaryOp.ERF, this);
    }

    /** {@code this/2 * (1 + erf(this / sqrt 2))}: the exact form of Hendrycks and Gimpel's GELU. */
    public Tensor gelu() {
        return mul(0.5).mul(div(Math.sqrt(2)).erf().add(1));
    }

    // Comparisons: I32 masks of 0 and 1, without gradients.

    /** {@code this == other}, I32. */
    public Tensor eq(Tensor other) {
        return Elementwise.compare(CompareOp.EQUAL, this, other);
    }

    /** {@code this != other}, I32. */
    public Tensor ne(Tensor other) {
        return Elementwise.compare(CompareOp.NOT_EQUAL, this, other);
    }

    /** {@code this < other}, I32. */
    public Tensor lt(Tensor other) {
        return Elementwise.compare(CompareOp.LESS, this, other);
    }

    /** {@code this <= other}, I32. */
    public Tensor le(Tensor other) {
        return Elementwise.compare(CompareOp.LESS_EQUAL, this, other);
    }

    /** {@code this > other}, I32. */
    public Tensor gt(Tensor other) {
        return Elementwise.compare(CompareOp.GREATER, this, other);
    }

    /** {@code this >= other}, I32. */
    public Tensor ge(Tensor other) {
        return Elementwise.compare(CompareOp.GREATER_EQUAL, this, other);
    }

    /** {@code condition != 0 ? a : b}, element by element; this is the I32 condition. */
    public Tensor where(Tensor a, Tensor b) {
        return Elementwise.where(this, a, b);
    }

    // Reductions.

    /** The sum of all elements, a scalar. */
    public Tensor sum() {
        return Reductions.sum(this, false, Reductions.allAxes(shape()));
    }

    /** The sum along axes, which disappear, or stay with size 1 if {@code keepDims}. */
    public Tensor sum(boolean keepDims, int... axes) {
        return Reductions.sum(this, keepDims, axes);
    }

    /** The mean of all elements, a scalar. */
    public Tensor mean() {
        return Reductions.mean(this, false, Reductions.allAxes(shape()));
    }

    /** The mean along axes. */
    public Tensor mean(boolean keepDims, int... axes) {
        return Reductions.mean(this, keepDims, axes);
    }

    /** The largest element along axes; elements that tie share the gradient. */
    public Tensor max(boolean keepDims, int... axes) {
        return Reductions.extreme(true, this, keepDims, axes);
    }

    /** The smallest element along axes; elements that tie share the gradient. */
    public Tensor min(boolean keepDims, int... axes) {
        return Reductions.extreme(false, this, keepDims, axes);
    }

    /** The position of the first largest element along an axis, I32; without a gradient. */
    public Tensor argmax(int axis) {
        return Reductions.argmax(this, axis);
    }

    /** The k largest elements along the last axis in descending order; without a gradient. */
    public TopK topK(int k) {
        return Reductions.topK(this, k);
    }

    /** The sum over the axes along which {@code target} broadcasts to this shape: the gradient of {@link #expand}. */
    public Tensor sumTo(Shape target) {
        return Reductions.sumTo(this, target);
    }

    // Matrices.

    /**
     * Multiplies batched matrices.
     *
     * @param other {@code [..., K, N]}; batch dimensions broadcast against this, {@code [..., M, K]}
     * @return {@code [..., M, N]}
     * @throws ShapeException if an operand has rank below 2, or the inner dimensions differ
     */
    public Tensor matmul(Tensor other) {
        return Products.matmul(this, other);
    }

    // Views and copies.

    /** The same elements in row-major order under another shape; one size may be -1. A view where the layout allows. */
    public Tensor reshape(int... sizes) {
        return Views.reshape(this, sizes);
    }

    /** Two axes swapped, a view. */
    public Tensor transpose(int axisA, int axisB) {
        return Views.transpose(this, axisA, axisB);
    }

    /** The last two axes swapped, a view. */
    public Tensor transpose() {
        return transpose(-2, -1);
    }

    /** Elements {@code start .. start + length - 1} along an axis, a view. */
    public Tensor narrow(int axis, int start, int length) {
        return slice(axis, start, start + length, 1);
    }

    /** Elements {@code start, start + step, ..} below {@code end} along an axis, a view. */
    public Tensor slice(int axis, int start, int end, int step) {
        return Views.slice(this, axis, start, end, step);
    }

    /** Cuts along an axis into parts of these sizes, views. */
    public Tensor[] split(int axis, int... lengths) {
        return Views.split(this, axis, lengths);
    }

    /**
     * The slices along an axis, which they do not have any more, views.
     *
     * @throws ShapeException if there is no such axis
     */
    public Tensor[] unbind(int axis) {
        return Views.unbind(this, axis);
    }

    /** Dimensions of size 1 stretched, and new ones in front, a view. */
    public Tensor expand(Shape target) {
        return Views.expand(this, target);
    }

    /** A new dimension of size 1 before an axis, a view. */
    public Tensor unsqueeze(int axis) {
        return Views.unsqueeze(this, axis);
    }

    /** Without a dimension of size 1, a view. */
    public Tensor squeeze(int axis) {
        return Views.squeeze(this, axis);
    }

    /** This tensor if it lies row-major without gaps, else a copy that does. */
    public Tensor contiguous() {
        return Views.contiguous(this);
    }

    /** Converted to another dtype; between floating point dtypes the gradient passes. */
    public Tensor to(DType dtype) {
        return Views.to(this, dtype);
    }

    /** Tensors joined along an axis. */
    public static Tensor concat(int axis, Tensor... parts) {
        return Views.concat(axis, parts);
    }

    /** Tensors of one shape joined along a new axis. */
    public static Tensor stack(int axis, Tensor... parts) {
        return Views.stack(axis, parts);
    }

    // Rows by index.

    /**
     * Picks rows.
     *
     * @param indices I32 of any shape {@code [...]}, values in [0, R), where this is {@code [R, D]}
     * @return {@code [..., D]}
     * @throws IndexOutOfBoundsException if an index is out of range
     */
    public Tensor gatherRows(Tensor indices) {
        return Indexing.gatherRows(this, indices, Indexing.NO_PADDING);
    }

    /**
     * Looks up embeddings: {@link #gatherRows}, but one row, the padding, gets no gradient.
     *
     * @param padding the row of padding, in [0, R)
     */
    public Tensor embedding(Tensor ids, int padding) {
        return Indexing.gatherRows(this, ids, padding);
    }

    /**
     * Checks that this is I32 and every element a row number, when {@link #check} does.
     *
     * @param operation the name for the message
     * @throws ShapeException if the dtype is another
     * @throws IndexOutOfBoundsException if an element is outside of [0, rows); the message names it and its position
     */
    public void requireIndices(String operation, int rows) {
        Indexing.requireIndices(operation, this, rows);
    }

    /**
     * Checks the values of an I32 tensor by a rule: now, or while a {@link Program} is recorded, each time the input is set that this
     * tensor is a view of.
     *
     * @param operation the name for messages
     * @param rule takes the elements in row-major order, which it must not change, and throws if they break it
     * @throws ShapeException if the dtype is another
     * @throws IllegalStateException if the values are made by the program itself, so that nobody can look at them in time
     */
    public void check(String operation, Consumer<int[]> rule) {
        Values.check(operation, this, rule);
    }

    /**
     * Sums rows into a table: row i of this, {@code [..., D]}, is added to row {@code indices[i]}.
     *
     * @param indices I32 {@code [...]}, values in [0, rows)
     * @return {@code [rows, D]}
     * @throws IndexOutOfBoundsException if an index is out of range
     */
    public Tensor scatterAddRows(Tensor indices, int rows) {
        return Indexing.scatterAddRows(this, indices, rows);
    }

    /** For an I32 tensor {@code [...]} of class numbers: {@code [..., classes]} I32, 1 at the class, else 0. */
    public Tensor oneHot(int classes) {
        return Indexing.oneHot(this, classes);
    }

    // Reading back.

    /** The only element. */
    public double item() {
        if (shape().elements() != 1) {
            throw new ShapeException("item: needs exactly one element (shape=" + shape() + ")");
        }
        return Creation.download("item", this).getDouble(0);
    }

    /** The elements of an F32 tensor in row-major order, a copy. */
    public float[] toFloats() {
        return host(DType.F32).floats();
    }

    /** The elements of an F64 tensor in row-major order, a copy. */
    public double[] toDoubles() {
        return host(DType.F64).doubles();
    }

    /** The elements of an I32 tensor in row-major order, a copy. */
    public int[] toInts() {
        return host(DType.I32).ints();
    }

    /** The elements of an I64 tensor in row-major order, a copy. */
    public long[] toLongs() {
        return host(DType.I64).longs();
    }

    private HostArray host(DType expected) {
        if (dtype() != expected) {
            throw new ShapeException("read: the tensor is " + dtype() + ", not " + expected + "; convert with to()");
        }
        return Creation.download("read", this);
    }

    /**
     * Overwrites the elements in place; meant for parameters between steps, never for what a tape still needs. The source may be
     * another view of the same elements.
     *
     * @throws ShapeException if shapes or dtypes differ
     */
    public void assign(Tensor source) {
        Views.assign(this, Objects.requireNonNull(source, "source"));
    }

    /** Dtype, shape and backend, like {@code F32[32, 64] on cpu}. */
    @Override
    public String toString() {
        return dtype() + shape().toString() + " on " + backend.name();
    }
}
