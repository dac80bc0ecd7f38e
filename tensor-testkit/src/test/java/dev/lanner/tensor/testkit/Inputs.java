package dev.lanner.tensor.testkit;

import dev.lanner.tensor.Shape;
import dev.lanner.tensor.Tensor;
import dev.lanner.tensor.backend.Backends;
import dev.lanner.tensor.reference.ReferenceBackend;
import java.util.Arrays;
import java.util.SplittableRandom;

/** Random inputs of gradient checks, F64 on the reference backend. */
final class Inputs {
    private final SplittableRandom random;

    Inputs(long seed) {
        this.random = new SplittableRandom(seed);
    }

    private static Tensor of(double[] values, Shape shape) {
        try (Backends.Use use = Backends.use(Backends.get(ReferenceBackend.NAME))) {
            return Tensor.of(values, shape.sizes());
        }
    }

    /** Uniform in [low, high). */
    Tensor uniform(double low, double high, int... sizes) {
        Shape shape = Shape.of(sizes);
        return of(random.doubles(shape.elements(), low, high).toArray(), shape);
    }

    /** In [-2, 2]. */
    Tensor any(int... sizes) {
        return uniform(-2, 2, sizes);
    }

    /** Of magnitude 0.1 to 2, either sign: away from the kinks and poles at 0. */
    Tensor awayFromZero(int... sizes) {
        Shape shape = Shape.of(sizes);
        double[] values = new double[shape.elements()];
        for (int i = 0; i < values.length; i++) {
            values[i] = random.nextDouble(0.1, 2) * (random.nextBoolean() ? 1 : -1);
        }
        return of(values, shape);
    }

    /**
     * All different by 0.1 at least, in any order: away from ties.
     *
     * @param phase added to all; two such tensors with different phases have no element in common
     */
    Tensor distinct(double phase, int... sizes) {
        Shape shape = Shape.of(sizes);
        double[] values = new double[shape.elements()];
        for (int i = 0; i < values.length; i++) {
            int other = random.nextInt(i + 1);
            values[i] = values[other];
            values[other] = 0.1 * i - 1 + phase;
        }
        return of(values, shape);
    }

    /** I32 uniform in [0, bound). */
    Tensor indices(int bound, int... sizes) {
        Shape shape = Shape.of(sizes);
        try (Backends.Use use = Backends.use(Backends.get(ReferenceBackend.NAME))) {
            return Tensor.of(random.ints(shape.elements(), 0, bound).toArray(), sizes);
        }
    }

    /** I64 uniform in [0, bound). */
    Tensor times(long bound, int count) {
        try (Backends.Use use = Backends.use(Backends.get(ReferenceBackend.NAME))) {
            return Tensor.of(random.longs(count, 0, bound).toArray(), count);
        }
    }

    /** A shape of rank 0 to 3 with at most 18 elements, mostly not empty. */
    int[] shape() {
        int[] sizes = new int[random.nextInt(4)];
        for (int axis = 0; axis < sizes.length; axis++) {
            sizes[axis] = random.nextInt(25) == 0 ? 0 : random.nextInt(1, axis == 0 ? 3 : 4);
        }
        return sizes;
    }

    /** A shape of at least this rank, and not empty. */
    int[] shapeOfRank(int least, int most) {
        int[] sizes = new int[random.nextInt(least, most + 1)];
        for (int axis = 0; axis < sizes.length; axis++) {
            sizes[axis] = random.nextInt(1, 4);
        }
        return sizes;
    }

    /** A shape that broadcasts to another. */
    int[] broadcasting(int... to) {
        int[] sizes = Arrays.copyOfRange(to, random.nextInt(to.length + 1), to.length);
        for (int axis = 0; axis < sizes.length; axis++) {
            sizes[axis] = random.nextInt(3) == 0 ? 1 : sizes[axis];
        }
        return sizes;
    }

    int below(int bound) {
        return random.nextInt(bound);
    }

    boolean flip() {
        return random.nextBoolean();
    }

    /** A seed for another source. */
    long seed() {
        return random.nextLong();
    }
}
