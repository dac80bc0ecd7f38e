package dev.lanner.hstu.inference;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lanner.hstu.model.HstuModel;
import dev.lanner.tensor.DType;
import dev.lanner.tensor.RandomKey;
import dev.lanner.tensor.Scope;
import dev.lanner.tensor.Shape;
import dev.lanner.tensor.ShapeException;
import dev.lanner.tensor.Tensor;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

class ItemIndexTest {
    private static Tensor embeddings(long seed, int items, int width) {
        return Tensor.normal(RandomKey.of(seed), 0, 0.3, DType.F32, Shape.of(items + 1, width));
    }

    private static float[] state(long seed, int width) {
        SplittableRandom random = new SplittableRandom(seed);
        float[] state = new float[width];
        for (int i = 0; i < width; i++) {
            state[i] = (float) random.nextDouble(-3, 3);
        }
        return state;
    }

    private static double cosine(float[] state, float[] table, int item) {
        double dot = 0;
        double states = 0;
        double rows = 0;
        for (int d = 0; d < state.length; d++) {
            double x = table[item * state.length + d];
            dot += state[d] * x;
            states += (double) state[d] * state[d];
            rows += x * x;
        }
        return dot / Math.sqrt(states * rows);
    }

    @Property(tries = 100)
    void exactSearchSortsTheCosines(
            @ForAll @IntRange(min = 1, max = 200) int items,
            @ForAll @IntRange(min = 1, max = 70) int width,
            @ForAll @IntRange(min = 1, max = 30) int most,
            @ForAll long seed) {
        int k = Math.min(most, items);
        Tensor embeddings = embeddings(seed, items, width);
        float[] table = embeddings.toFloats();
        float[] state = state(seed, width);
        Neighbours found = ItemIndex.exact(embeddings).search(state, k);
        double[] sorted = IntStream.rangeClosed(1, items)
                .mapToDouble(item -> cosine(state, table, item))
                .sorted()
                .toArray();
        for (int i = 0; i < k; i++) {
            assertEquals(sorted[items - 1 - i], found.scores()[i], 1e-5, "place " + i);
            assertEquals(cosine(state, table, found.items()[i]), found.scores()[i], 1e-5, "item at place " + i);
        }
        assertEquals(k, Arrays.stream(found.items()).distinct().count());
    }

    @Example
    void theModelsOwnScoresHaveTheSameOrder() {
        HstuModel model = Served.model(Served.config(16, 1, true), 2);
        MFalcon falcon = new MFalcon(model);
        KvCache cache = falcon.encode(Served.history(2, 6));
        Neighbours found = ItemIndex.exact(model).search(cache.state(), 5);
        float[] scores = falcon.score(cache, found.items()).retrieval();
        for (int i = 0; i < 5; i++) {
            assertEquals(scores[i], found.scores()[i], 1e-6);
        }
        float[] all = falcon.score(cache, Served.catalogue()).retrieval();
        assertEquals(
                5,
                IntStream.range(0, all.length)
                        .filter(i -> all[i] >= scores[4] - 1e-6)
                        .count());
    }

    @Example
    void anIndexOutlivesTheScopeThatItWasMadeIn() {
        Tensor embeddings = embeddings(3, 40, 8);
        float[] state = state(1, 8);
        int[] expected = ItemIndex.exact(embeddings).search(state, 5).items();
        ItemIndex index;
        try (Scope scope = Scope.open()) {
            index = ItemIndex.exact(embeddings);
        }
        Served.overwriteWhatIsReleased();
        assertArrayEquals(expected, index.search(state, 5).items());
    }

    @Example
    void paddingIsNeverFoundAndTiesGoToTheSmallerItem() {
        float[] rows = {9, 9, 1, 0, 2, 0, 0, 1, 3, 0};
        Neighbours found = ItemIndex.exact(Tensor.of(rows, 5, 2)).search(new float[] {1, 0}, 4);
        assertArrayEquals(new int[] {1, 2, 4, 3}, found.items());
        assertArrayEquals(new float[] {1, 1, 1, 0}, found.scores());
    }

    @Example
    void approximateSearchFindsNearlyAll() {
        int items = 3000;
        int width = 32;
        Tensor embeddings = embeddings(5, items, width);
        ItemIndex exact = ItemIndex.exact(embeddings);
        ItemIndex approximate = ItemIndex.hnsw(embeddings, HnswIndex.Settings.DEFAULT);
        assertEquals(items, approximate.size());
        long hits = 0;
        int searches = 100;
        for (int i = 0; i < searches; i++) {
            float[] state = state(i, width);
            Neighbours right = exact.search(state, 10);
            Neighbours found = approximate.search(state, 10);
            hits += Arrays.stream(found.items())
                    .filter(item -> Arrays.stream(right.items()).anyMatch(other -> other == item))
                    .count();
            for (int j = 1; j < found.items().length; j++) {
                assertTrue(found.scores()[j - 1] >= found.scores()[j]);
            }
            assertEquals(cosine(state, embeddings.toFloats(), found.items()[0]), found.scores()[0], 1e-5);
        }
        assertTrue(hits >= 0.99 * 10 * searches, hits + " of " + 10 * searches);
    }

    @Example
    void mistakesAreNamed() {
        Tensor embeddings = embeddings(1, 5, 4);
        for (ItemIndex index :
                new ItemIndex[] {ItemIndex.exact(embeddings), ItemIndex.hnsw(embeddings, HnswIndex.Settings.DEFAULT)}) {
            assertEquals(
                    "itemIndex: k must be in 1..5, found 6",
                    assertThrows(IllegalArgumentException.class, () -> index.search(new float[4], 6))
                            .getMessage());
            assertEquals(
                    "itemIndex: a state must have 4 numbers, found 3",
                    assertThrows(IllegalArgumentException.class, () -> index.search(new float[3], 1))
                            .getMessage());
            assertEquals(3, index.search(new float[] {0, 0, 0, 0}, 3).items().length, "a state without a direction");
        }
        assertThrows(ShapeException.class, () -> ItemIndex.exact(Tensor.of(new float[4], 1, 4)));
        assertThrows(IllegalArgumentException.class, () -> new HnswIndex.Settings(1, 10, 10));
    }
}
