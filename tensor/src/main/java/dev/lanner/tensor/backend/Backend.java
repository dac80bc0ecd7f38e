package dev.lanner.tensor.backend;

import dev.lanner.tensor.DType;
import dev.lanner.tensor.FusedOp;
import dev.lanner.tensor.RandomKey;
import java.util.Optional;

/**
 * What a device must do to run tensors: memory, and operations on strided views. Every compute method writes all of an
 * {@code out} that the caller owns and that overlaps no input, unless it is the very same view of an element-wise operation.
 * Shapes, axes and dtypes were checked above; broadcast operands come expanded (stride 0) to the shape of {@code out}.
 */
public interface Backend extends AutoCloseable {
    /** The name by which {@code -Dbackend=} asks for it. */
    String name();

    /** Whether tensors of this dtype can be computed with. */
    boolean supports(DType dtype);

    /** New storage of at least {@code size} elements, contents undefined. */
    Storage allocate(DType dtype, int size);

    /**
     * Takes storage back and {@linkplain Storage#markReleased marks} it: it must not be used any more.
     *
     * @throws IllegalStateException if it was given back before
     */
    void release(Storage storage);

    /** Copies {@code count} host elements of the same dtype to the start of {@code target}. */
    void upload(HostArray source, Storage target, int count);

    /** Copies {@code count} elements from {@code offset} on to the start of a host array of the same dtype. */
    void download(Storage source, int offset, HostArray target, int count);

    /** Copies elements between views of one shape, converting the dtype: integers round to the nearest float, floats are cut. */
    void copy(View x, View out);

    /** Sets every element. */
    void fill(double value, View out);

    /** {@code out = op(x)}, same shape and dtype. */
    void unary(UnaryOp op, View x, View out);

    /** {@code out = op(a, b)}, all of one shape and dtype. */
    void binary(BinaryOp op, View a, View b, View out);

    /** {@code out = op(a, b)} as 0 or 1; {@code out} is I32. */
    void compare(CompareOp op, View a, View b, View out);

    /** {@code out = condition != 0 ? a : b}; {@code condition} is I32. */
    void select(View condition, View a, View b, View out);

    /** Reduces the axes along which {@code out}, of the same rank as {@code x}, has size 1. */
    void reduce(ReduceOp op, View x, View out);

    /** Position (I32) of the first largest or smallest element along one axis, where {@code out} has size 1. NaN counts as extreme. */
    void argReduce(ReduceOp op, View x, int axis, View out);

    /** The k largest elements of each row (last axis) in descending order, and their positions (I32); of equal ones the first. */
    void topK(View x, View values, View indices);

    /** {@code out = alpha * a b + beta * out} for {@code [..., M, K]}, {@code [..., K, N]}; beta 0 does not read {@code out}. */
    void matmul(double alpha, View a, View b, double beta, View out);

    /** {@code out[i, :] = table[indices[i], :]} for {@code [R, D]}, I32 {@code [N]}, {@code [N, D]}; indices were not checked. */
    void gatherRows(View table, View indices, View out);

    /** {@code out[indices[i], :] += rows[i, :]}, in ascending order of i for each row; indices were not checked. */
    void scatterAddRows(View rows, View indices, View out);

    /** Draws element i of {@code out}, in row-major order, as element i of the key's stream. */
    void random(RandomOp op, RandomKey key, double a, double b, View out);

    /** Waits until everything asked for is done. */
    void synchronize();

    /** This backend's implementation of a fused operation; without one its reference in plain operations runs. */
    default Optional<FusedKernel> kernel(FusedOp op) {
        return Optional.empty();
    }

    /** Makes a recording ready to run again and again; by default its launches are made one by one. */
    default Replay prepare(Recording recording) {
        Launch[] launches = recording.launches().toArray(Launch[]::new);
        return new Replay() {
            @Override
            public void run(int step) {
                for (Launch launch : launches) {
                    launch.run(Backend.this, step);
                }
            }

            @Override
            public void close() {
                // Holds nothing.
            }
        };
    }

    /** Whether a repeated step had better be a program than be made launch by launch. */
    default boolean prefersPrograms() {
        return false;
    }

    /** Frees what the backend holds; its tensors must not be used any more. */
    @Override
    void close();
}
