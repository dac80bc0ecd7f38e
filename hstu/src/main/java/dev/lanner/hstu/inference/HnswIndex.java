package dev.lanner.hstu.inference;

import com.github.jelmerk.hnswlib.core.DistanceFunctions;
import com.github.jelmerk.hnswlib.core.Item;
import com.github.jelmerk.hnswlib.core.SearchResult;
import dev.lanner.tensor.Scope;
import dev.lanner.tensor.Tensor;
import java.util.Arrays;
import java.util.List;

/**
 * Approximate search in a hierarchical navigable small world (Malkov and Yashunin, 2018), by hnswlib-core. Its time grows with the
 * logarithm of V, but up to a hundred thousand items {@link ExactIndex} is quicker (docs/performance.md).
 */
public final class HnswIndex implements ItemIndex {
    private final com.github.jelmerk.hnswlib.core.hnsw.HnswIndex<Integer, float[], Entry, Float> graph;
    private final int size;
    private final int width;

    /**
     * How thorough it is.
     *
     * @param links of an item with others, M
     * @param buildCandidates looked at for an item's links, efConstruction
     * @param searchCandidates looked at by a search, ef; a search for more looks at as many as it is for
     */
    public record Settings(int links, int buildCandidates, int searchCandidates) {
        /** A recall@10 of 0.99 and more for some thousand items, but of 0.81 for 100,000 (docs/performance.md). */
        public static final Settings DEFAULT = new Settings(16, 200, 200);

        /** Checks the values. */
        public Settings {
            if (links < 2 || buildCandidates < 1 || searchCandidates < 1) {
                throw new IllegalArgumentException("hnsw: links must be at least 2, candidates positive, found " + links
                        + ", " + buildCandidates + " and " + searchCandidates);
            }
        }
    }

    /** An item as the library wants it. */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Entry(Integer id, float[] vector) implements Item<Integer, float[]> {
        private static final long serialVersionUID = 1;

        @Override
        public int dimensions() {
            return vector.length;
        }
    }

    HnswIndex(Tensor embeddings, Settings settings) {
        float[] rows;
        try (Scope scope = Scope.open()) {
            Tensor directions = Directions.of(embeddings);
            size = directions.size(0);
            width = directions.size(1);
            rows = directions.toFloats();
        }
        graph = com.github.jelmerk.hnswlib.core.hnsw.HnswIndex.newBuilder(
                        width, DistanceFunctions.FLOAT_INNER_PRODUCT, size)
                .withM(settings.links())
                .withEfConstruction(settings.buildCandidates())
                .withEf(settings.searchCandidates())
                .build();
        // One after the other: the graph is then the same every time.
        for (int item = 1; item <= size; item++) {
            graph.add(new Entry(item, Arrays.copyOfRange(rows, (item - 1) * width, item * width)));
        }
    }

    @Override
    public int size() {
        return size;
    }

    /** Mostly the nearest items; fewer than k where the graph does not lead to as many. */
    @Override
    public Neighbours search(float[] state, int k) {
        float[] direction = Directions.of(state, width, k, size);
        List<SearchResult<Entry, Float>> found = graph.findNearest(direction, k);
        int[] items = new int[found.size()];
        float[] scores = new float[found.size()];
        for (int i = 0; i < items.length; i++) {
            items[i] = found.get(i).item().id();
            scores[i] = 1 - found.get(i).distance();
        }
        return new Neighbours(items, scores);
    }
}
