package dev.lanner.benchmarks;

import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Setup;

/**
 * The most bytes that this machine moves: arrays copied, bytes read and written counted. Run on as many threads as the kernels
 * have, each with arrays of its own.
 */
public class MachineCopyBenchmark extends KernelBenchmark {
    /** Bytes read and written by each thread: in the L2 cache, in the L3 cache, and far more than a thread's share of that. */
    @Param({"262144", "4194304", "134217728"})
    public int bytes;

    private float[] from;
    private float[] to;

    @Override
    Work work(String method) {
        return new Work(0, bytes);
    }

    /** Allocates, and touches every page of both arrays. */
    @Setup
    public void fill() {
        int length = bytes / 2 / Float.BYTES;
        from = new float[length];
        to = new float[length];
        for (int i = 0; i < length; i++) {
            from[i] = i;
            to[i] = -i;
        }
    }

    /** One array into the other. */
    @Benchmark
    public float[] copy() {
        System.arraycopy(from, 0, to, 0, from.length);
        return to;
    }
}
