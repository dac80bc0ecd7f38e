package dev.lanner.benchmarks;

import dev.lanner.tensor.DType;
import dev.lanner.tensor.Gradients;
import dev.lanner.tensor.RandomKey;
import dev.lanner.tensor.Shape;
import dev.lanner.tensor.Tape;
import dev.lanner.tensor.Tensor;
import java.lang.reflect.Field;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What the benchmarks have in common: how they are run unless {@link Kernels} is told otherwise, and that each says how much work
 * it does. Parameters are public fields; what is made from them is made in a set-up method, so that {@link #work} can be asked of an
 * object that holds the parameters alone.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 4, time = 1)
@Measurement(iterations = 4, time = 1)
@Fork(value = 3, jvmArgsAppend = "--add-modules=jdk.incubator.vector")
public abstract class KernelBenchmark {
    /** About the rows of a batch of MovieLens-1M, and a multiple of every tile. */
    static final int ROWS = 16_384;

    /** D of the preset {@code article}. */
    static final int WIDTH = 64;

    /**
     * The work of one call.
     *
     * @param method the name of the benchmark method
     * @throws IllegalArgumentException if there is no such method
     */
    abstract Work work(String method);

    /**
     * A benchmark that can be asked for its work.
     *
     * @param className of the benchmark
     * @param parameters the values of its fields, by name
     */
    static KernelBenchmark of(String className, Map<String, String> parameters) {
        try {
            Class<?> type = Class.forName(className);
            KernelBenchmark benchmark =
                    (KernelBenchmark) type.getDeclaredConstructor().newInstance();
            for (Map.Entry<String, String> parameter : parameters.entrySet()) {
                set(type.getField(parameter.getKey()), benchmark, parameter.getValue());
            }
            return benchmark;
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(className + ": cannot be made with " + parameters, e);
        }
    }

    private static void set(Field field, KernelBenchmark instance, String value) throws IllegalAccessException {
        if (field.getType() == int.class) {
            field.setInt(instance, Integer.parseInt(value));
        } else {
            field.set(instance, value);
        }
    }

    /** For {@link #work}. */
    static IllegalArgumentException unknown(String method) {
        return new IllegalArgumentException("no benchmark " + method);
    }

    /** Random numbers in [-1, 1). */
    static Tensor random(long seed, int... sizes) {
        return Tensor.uniform(RandomKey.of(seed), -1, 1, DType.F32, Shape.of(sizes));
    }

    /**
     * Gradients from that of a result. A loss in between, such as the sum, would be measured too.
     *
     * @param dOut gradient of {@code out}
     * @param leaf whose gradient is wanted
     */
    static Shape backward(Tape tape, Tensor out, Tensor dOut, Tensor leaf) {
        Gradients gradients = new Gradients();
        tape.backward(out, dOut, gradients);
        return gradients.get(leaf).shape();
    }
}
