package dev.lanner.hstu.inference;

import dev.lanner.hstu.model.HstuModel;
import dev.lanner.tensor.Tensor;

/** Finds the items whose embeddings point most nearly in the direction of a state: retrieval. Safe for use by many threads. */
public interface ItemIndex {
    /**
     * The nearest items.
     *
     * @param state {@code [D]}, of any length
     * @param k how many, in [1, V]
     * @throws IllegalArgumentException if the state has another width, or there are not so many items
     */
    Neighbours search(float[] state, int k);

    /** V, the number of items. */
    int size();

    /** An exact index of a model's items, as its parameters are now. */
    static ItemIndex exact(HstuModel model) {
        return exact(model.itemEmbeddings().detach());
    }

    /**
     * An exact index.
     *
     * @param embeddings {@code [V+1, D]}, of which row 0 is padding
     */
    static ItemIndex exact(Tensor embeddings) {
        return new ExactIndex(embeddings);
    }

    /** An approximate index of a model's items, as its parameters are now. */
    static ItemIndex hnsw(HstuModel model, HnswIndex.Settings settings) {
        return hnsw(model.itemEmbeddings().detach(), settings);
    }

    /**
     * An approximate index.
     *
     * @param embeddings {@code [V+1, D]}, of which row 0 is padding
     */
    static ItemIndex hnsw(Tensor embeddings, HnswIndex.Settings settings) {
        return new HnswIndex(embeddings, settings);
    }
}
