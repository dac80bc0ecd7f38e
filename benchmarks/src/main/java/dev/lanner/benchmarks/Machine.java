package dev.lanner.benchmarks;

import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/**
 * What the machine gives on a number of threads: a roof over everything that is computed on it (Williams et al., "Roofline", 2009).
 *
 * @param threads that it was measured with
 * @param flopsPerSecond of fused multiply-adds on registers
 * @param bytesPerSecond of copies, by the bytes that all threads together read and write
 */
record Machine(int threads, double flopsPerSecond, NavigableMap<Double, Double> bytesPerSecond) {
    /** What bounds a computation. */
    enum Limit {
        /** Arithmetic. */
        FMA,
        /** Memory, or the cache that is large enough. */
        COPY
    }

    /** Checks that there is something to compare with. */
    Machine {
        bytesPerSecond = new TreeMap<>(bytesPerSecond);
        if (bytesPerSecond.isEmpty()) {
            throw new IllegalArgumentException("machine: no copy was measured");
        }
    }

    /** The bandwidth of the copy whose size is nearest, by ratio: of work whose data fit into a cache, that of the cache. */
    double bandwidth(double bytes) {
        Map.Entry<Double, Double> below = bytesPerSecond.floorEntry(bytes);
        Map.Entry<Double, Double> above = bytesPerSecond.ceilingEntry(bytes);
        if (below == null || above == null) {
            return (below == null ? above : below).getValue();
        }
        boolean nearerBelow = bytes / below.getKey() <= above.getKey() / bytes;
        return (nearerBelow ? below : above).getValue();
    }

    /** What bounds this work: that of arithmetic and memory which takes longer. */
    Limit limit(Work work) {
        return work.flops() / flopsPerSecond >= work.bytes() / bandwidth(work.bytes()) ? Limit.FMA : Limit.COPY;
    }

    /** The least time that this work can take, by that limit. */
    double seconds(Work work) {
        return limit(work) == Limit.FMA ? work.flops() / flopsPerSecond : work.bytes() / bandwidth(work.bytes());
    }
}
