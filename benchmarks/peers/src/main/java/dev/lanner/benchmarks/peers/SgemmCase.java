package dev.lanner.benchmarks.peers;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.lanner.tensor.Scope;
import dev.lanner.tensor.Tensor;
import java.util.List;

/** A product of two matrices, {@code [M, K]} by {@code [K, N]}, either of which may be stored transposed. */
final class SgemmCase implements PeerCase {
    /** M x K x N; a leading T: A is stored transposed, a trailing one: B. Those of the model, and square ones. */
    static final List<String> SHAPES = List.of(
            "768x768x768",
            "1536x1536x1536",
            "16384x64x256",
            "16384x256x64",
            "16384x64x64",
            "T64x16384x256",
            "6040x64x3706T");

    private final String shape;
    private final Tensor a;
    private final Tensor b;
    private final NDManager manager = Libtorch.manager();
    private final NDArray peerA;
    private final NDArray peerB;

    SgemmCase(String shape) {
        this.shape = shape;
        int[] sizes = sizes(shape);
        int m = sizes[0];
        int k = sizes[1];
        int n = sizes[2];
        boolean transposedA = shape.startsWith("T");
        boolean transposedB = shape.endsWith("T");
        float[] valuesA = Values.uniform(1, m * k);
        float[] valuesB = Values.uniform(2, k * n);
        a = transposedA ? Tensor.of(valuesA, k, m).transpose() : Tensor.of(valuesA, m, k);
        b = transposedB ? Tensor.of(valuesB, n, k).transpose() : Tensor.of(valuesB, k, n);
        peerA = transposedA
                ? manager.create(valuesA, new Shape(k, m)).transpose()
                : manager.create(valuesA, new Shape(m, k));
        peerB = transposedB
                ? manager.create(valuesB, new Shape(n, k)).transpose()
                : manager.create(valuesB, new Shape(k, n));
    }

    /** M, K, N. */
    private static int[] sizes(String shape) {
        String[] sizes = shape.replace("T", "").split("x", -1);
        return new int[] {Integer.parseInt(sizes[0]), Integer.parseInt(sizes[1]), Integer.parseInt(sizes[2])};
    }

    /** Multiplications and additions of a product. */
    static double operations(String shape) {
        int[] sizes = sizes(shape);
        return 2.0 * sizes[0] * sizes[1] * sizes[2];
    }

    @Override
    public String name() {
        return "sgemm_" + shape;
    }

    @Override
    public double warmUpSeconds() {
        return 1.5;
    }

    @Override
    public void check() {
        try (Scope scope = Scope.open();
                NDArray product = peerA.matMul(peerB)) {
            Agreement.check(name(), a.matmul(b).toFloats(), product.toFloatArray());
        }
    }

    @Override
    public void lanner() {
        try (Scope scope = Scope.open()) {
            a.matmul(b);
        }
    }

    @Override
    public void libtorch() {
        peerA.matMul(peerB).close();
    }

    @Override
    public void close() {
        manager.close();
    }
}
