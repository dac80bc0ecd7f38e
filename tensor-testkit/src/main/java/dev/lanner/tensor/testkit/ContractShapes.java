package dev.lanner.tensor.testkit;

import dev.lanner.tensor.Shape;
import java.util.Arrays;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ArbitrarySupplier;
import net.jqwik.api.Tuple;

/** Shapes of rank 0 to 4, empty ones among them. */
final class ContractShapes implements ArbitrarySupplier<Shape> {
    @Override
    public Arbitrary<Shape> get() {
        // Long last axes reach the vector loops, short ones their tails.
        Arbitrary<int[]> outer =
                Arbitraries.integers().between(0, 4).array(int[].class).ofMaxSize(3);
        Arbitrary<Integer> last = Arbitraries.integers().between(0, 40);
        Arbitrary<Shape> ranked = outer.flatMap(sizes -> last.map(size -> append(sizes, size)));
        return Arbitraries.frequencyOf(Tuple.of(19, ranked), Tuple.of(1, Arbitraries.just(Shape.of())));
    }

    private static Shape append(int[] sizes, int size) {
        int[] all = Arrays.copyOf(sizes, sizes.length + 1);
        all[sizes.length] = size;
        return Shape.of(all);
    }
}
