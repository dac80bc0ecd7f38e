package dev.lanner.benchmarks.peers;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.jni.JniUtils;
import ai.djl.training.GradientCollector;
import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.function.Supplier;

/** libtorch, as DJL brings it into this process: its threads, memory and gradients, and the functions that NDArray has no method for. */
final class Libtorch {
    private static final int BUSY_SIZE = 1536;
    private static final int BUSY_RUNS = 10;

    static {
        Engine.getEngine("PyTorch");
        // Eager: a scripted function is to be the one call that it names.
        JniUtils.setGraphExecutorOptimize(false);
    }

    private Libtorch() {}

    /** Its version. */
    static String version() {
        return Engine.getEngine("PyTorch").getVersion();
    }

    /** Owner of arrays, until closed. */
    static NDManager manager() {
        return NDManager.newBaseManager("PyTorch");
    }

    /**
     * Sets how many threads an operation takes.
     *
     * @throws IllegalStateException if libtorch does not take the number
     */
    static void setThreads(int threads) {
        JniUtils.setNumThreads(threads);
        if (JniUtils.getNumThreads() != threads) {
            throw new IllegalStateException(
                    "libtorch: asked for " + threads + " threads, has " + JniUtils.getNumThreads());
        }
    }

    /** How many cores the process keeps busy while libtorch multiplies matrices: shows whether it takes the threads it was given. */
    static double busyCores() {
        OperatingSystemMXBean system = ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
        try (NDManager manager = manager()) {
            NDArray a = manager.ones(new Shape(BUSY_SIZE, BUSY_SIZE));
            a.matMul(a).close();
            long start = System.nanoTime();
            long cpuStart = system.getProcessCpuTime();
            for (int i = 0; i < BUSY_RUNS; i++) {
                a.matMul(a).close();
            }
            return (double) (system.getProcessCpuTime() - cpuStart) / (System.nanoTime() - start);
        }
    }

    /**
     * Computes a value as a Python function does, whose local variables are let go when it returns: arrays made on the way, which Java
     * would keep until the step is over, are freed unless a gradient needs them.
     *
     * @param body makes the array that it returns
     */
    static NDArray function(Supplier<NDArray> body) {
        NDArray result;
        try (NDScope scope = new NDScope()) {
            scope.suppressNotUsedWarning();
            result = body.get();
            NDScope.unregister(result);
        }
        NDScope.register(result);
        return result;
    }

    /** Computes a loss, which is a scalar, and adds the gradients of all leaves to theirs; the loss. */
    static float backward(Supplier<NDArray> loss) {
        try (GradientCollector collector = Engine.getEngine("PyTorch").newGradientCollector()) {
            NDArray value = loss.get();
            collector.backward(value);
            return value.getFloat();
        }
    }

    /** Sets the gradient of a leaf to 0. */
    static void zeroGradient(NDArray leaf) {
        JniUtils.zeroGrad((PtNDArray) leaf);
    }

    /** The gradient of a leaf. */
    static float[] gradient(NDArray leaf) {
        try (NDArray gradient = leaf.getGradient()) {
            return gradient.toFloatArray();
        }
    }

    /** Indices as libtorch has them. */
    static long[] longs(int[] values) {
        return Arrays.stream(values).asLongStream().toArray();
    }

    /** {@code torch.where} with a number: the number where the condition holds, elsewhere x. */
    static NDArray where(NDArray condition, float number, NDArray x) {
        NDArray other = x.getManager().create(number);
        return JniUtils.where((PtNDArray) condition, (PtNDArray) other, (PtNDArray) x);
    }

    /** {@code torch.nn.functional.linear}. */
    static NDArray linear(NDArray x, NDArray weight, NDArray bias) {
        return JniUtils.linear((PtNDArray) x, (PtNDArray) weight, (PtNDArray) bias);
    }

    /** {@code torch.nn.functional.embedding}, dense gradients. */
    static NDArray embedding(NDArray indices, NDArray table) {
        return JniUtils.embedding((PtNDArray) indices, (PtNDArray) table, false);
    }

    /** {@code torch.nn.functional.normalize} of the last dimension. */
    static NDArray normalize(NDArray x, double epsilon) {
        return JniUtils.normalize((PtNDArray) x, 2, -1, epsilon);
    }

    /** {@code torch.nn.functional.layer_norm} over the last dimension. */
    static NDArray layerNorm(NDArray x, NDArray gamma, NDArray beta, double epsilon) {
        return JniUtils.layerNorm((PtNDArray) x, new Shape(gamma.size()), (PtNDArray) gamma, (PtNDArray) beta, epsilon);
    }

    /** {@code torch.nn.functional.dropout}. */
    static NDArray dropout(NDArray x, double probability, boolean training) {
        return training ? JniUtils.dropout((PtNDArray) x, probability, true) : x;
    }
}
