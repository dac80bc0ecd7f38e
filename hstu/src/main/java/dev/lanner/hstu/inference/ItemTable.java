package dev.lanner.hstu.inference;

import dev.lanner.hstu.model.HstuModel;
import dev.lanner.hstu.model.Projections;
import dev.lanner.tensor.DType;
import dev.lanner.tensor.Scope;
import dev.lanner.tensor.Shape;
import dev.lanner.tensor.Tensor;
import dev.lanner.tensor.functional.Functional;

/**
 * What depends on an item alone, for all of them, a row for each: the direction of its embedding, its part of a predicted rating, its
 * token as a candidate, and that token's projections in the first block. Side by side, so that one look-up gives all.
 */
final class ItemTable {
    private final Tensor table;
    private final int width;

    private ItemTable(Tensor table, int width) {
        this.table = table;
        this.width = width;
    }

    /** The table of a model's parameters as they are. */
    static ItemTable of(HstuModel model) {
        int rows = model.itemCount() + 1;
        try (Scope scope = Scope.open()) {
            Tensor ids = Tensor.arange(DType.I32, rows);
            Tensor embeddings = model.itemEmbeddings().detach();
            Tensor tokens = model.tokens(ids, Tensor.zeros(DType.I32, Shape.of(rows)));
            Projections first = model.blocks().get(0).project(tokens);
            Tensor table = Tensor.concat(
                    1,
                    Functional.l2Normalize(embeddings),
                    model.ratingTerms(ids),
                    tokens,
                    first.keys(),
                    first.queries(),
                    first.values(),
                    first.gates());
            return new ItemTable(scope.keep(table), embeddings.size(1));
        }
    }

    /**
     * Rows of some items.
     *
     * @param items 1..V
     * @param first position of the first among them
     * @param count how many of them
     */
    ItemTable rows(int[] items, int first, int count) {
        boolean adjacent = true;
        for (int i = 1; i < count; i++) {
            adjacent &= items[first + i] == items[first] + i;
        }
        if (adjacent) {
            return new ItemTable(table.narrow(0, items[first], count), width);
        }
        int[] some = new int[count];
        System.arraycopy(items, first, some, 0, count);
        return new ItemTable(table.gatherRows(Tensor.of(some, count)), width);
    }

    private Tensor column(int number) {
        return table.narrow(1, number * width, width);
    }

    /** Embeddings divided by their norms, {@code [M, D]}. */
    Tensor directions() {
        return column(0);
    }

    /** {@link HstuModel#ratingTerms}, {@code [M, D]}. */
    Tensor ratingTerms() {
        return column(1);
    }

    /** Tokens with unknown action, {@code [M, D]}. */
    Tensor tokens() {
        return column(2);
    }

    /** The tokens' projections in the first block. */
    Projections projections() {
        return new Projections(column(3), column(4), column(5), column(6));
    }
}
