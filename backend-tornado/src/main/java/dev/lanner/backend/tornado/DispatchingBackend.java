package dev.lanner.backend.tornado;

import dev.lanner.tensor.DType;
import dev.lanner.tensor.FusedOp;
import dev.lanner.tensor.RandomKey;
import dev.lanner.tensor.backend.Backend;
import dev.lanner.tensor.backend.BinaryOp;
import dev.lanner.tensor.backend.CompareOp;
import dev.lanner.tensor.backend.FusedKernel;
import dev.lanner.tensor.backend.RandomOp;
import dev.lanner.tensor.backend.ReduceOp;
import dev.lanner.tensor.backend.UnaryOp;
import dev.lanner.tensor.backend.View;
import java.util.Optional;

/** The part of a backend that turns operations into tasks, which run at once or are put on a list. */
abstract class DispatchingBackend implements Backend {
    private PlainOps plain;
    private FusedKernels fused;

    /** Says where tasks go; before anything else. */
    final void start(Dispatcher to, Memory memory) {
        plain = new PlainOps(to, memory);
        fused = new FusedKernels(to, memory, plain);
    }

    @Override
    public final String name() {
        return TornadoBackend.NAME;
    }

    @Override
    public final boolean supports(DType dtype) {
        return dtype != DType.F64;
    }

    @Override
    public final void copy(View x, View out) {
        plain.copy(x, out);
    }

    @Override
    public final void fill(double value, View out) {
        plain.fill(value, out);
    }

    @Override
    public final void unary(UnaryOp op, View x, View out) {
        plain.unary(op, x, out);
    }

    @Override
    public final void binary(BinaryOp op, View a, View b, View out) {
        plain.binary(op, a, b, out);
    }

    @Override
    public final void compare(CompareOp op, View a, View b, View out) {
        plain.compare(op, a, b, out);
    }

    @Override
    public final void select(View condition, View a, View b, View out) {
        plain.select(condition, a, b, out);
    }

    @Override
    public final void reduce(ReduceOp op, View x, View out) {
        plain.reduce(op, x, out);
    }

    @Override
    public final void argReduce(ReduceOp op, View x, int axis, View out) {
        plain.argReduce(op, x, axis, out);
    }

    @Override
    public final void topK(View x, View values, View indices) {
        plain.topK(x, values, indices);
    }

    @Override
    public final void matmul(double alpha, View a, View b, double beta, View out) {
        plain.matmul(alpha, a, b, beta, out);
    }

    @Override
    public final void gatherRows(View table, View indices, View out) {
        plain.gatherRows(table, indices, out);
    }

    @Override
    public final void scatterAddRows(View rows, View indices, View out) {
        plain.scatterAddRows(rows, indices, out);
    }

    @Override
    public final void random(RandomOp op, RandomKey key, double a, double b, View out) {
        plain.random(op, key, a, b, out);
    }

    @Override
    public final Optional<FusedKernel> kernel(FusedOp op) {
        return fused.find(op);
    }
}
