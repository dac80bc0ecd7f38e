package dev.lanner.hstu.inference;

import dev.lanner.hstu.model.HstuModel;
import dev.lanner.hstu.model.Projections;
import dev.lanner.tensor.DType;
import dev.lanner.tensor.Scope;
import dev.lanner.tensor.Shape;
import dev.lanner.tensor.Tensor;
import dev.lanner.tensor.functional.Functional;
import java.util.ArrayList;
import java.util.List;

/**
 * What depends on an item alone, for all of them, a row for each: the direction of its embedding; of a model that predicts ratings its
 * part of one; and where that is target-aware its token as a candidate, and that token's projections in the first block. Side by side,
 * so that one look-up gives all.
 */
final class ItemTable {
    private static final int DIRECTIONS = 0;
    private static final int RATING_TERMS = 1;
    private static final int TOKENS = 2;
    private static final int PROJECTIONS = 3;

    private final Tensor table;
    /** The first column of each part, and behind the last. */
    private final int[] starts;

    private ItemTable(Tensor table, int... starts) {
        this.table = table;
        this.starts = starts;
    }

    /** The table of a model's parameters as they are; it belongs to no scope. */
    static ItemTable of(HstuModel model) {
        return Scope.outside(() -> joined(model));
    }

    private static ItemTable joined(HstuModel model) {
        try (Scope scope = Scope.open()) {
            List<Tensor> parts = parts(model);
            int[] starts = new int[parts.size() + 1];
            for (int i = 0; i < parts.size(); i++) {
                starts[i + 1] = starts[i] + parts.get(i).size(1);
            }
            return new ItemTable(scope.keep(Tensor.concat(1, parts.toArray(Tensor[]::new))), starts);
        }
    }

    private static List<Tensor> parts(HstuModel model) {
        int rows = model.itemCount() + 1;
        Tensor ids = Tensor.arange(DType.I32, rows);
        List<Tensor> parts = new ArrayList<>();
        parts.add(Functional.l2Normalize(model.itemEmbeddings().detach()));
        if (model.predictsRatings()) {
            parts.add(model.ratingTerms(ids));
        }
        if (model.config().loss().ratingTargetAware()) {
            Tensor zeros = Tensor.zeros(DType.I32, Shape.of(rows));
            Tensor tokens = model.tokens(ids, zeros, zeros);
            Projections first = model.blocks().get(0).project(tokens);
            parts.addAll(List.of(tokens, first.keys(), first.queries(), first.values(), first.beside()));
        }
        return parts;
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
            return new ItemTable(table.narrow(0, items[first], count), starts);
        }
        int[] some = new int[count];
        System.arraycopy(items, first, some, 0, count);
        return new ItemTable(table.gatherRows(Tensor.of(some, count)), starts);
    }

    private Tensor part(int number) {
        return table.narrow(1, starts[number], starts[number + 1] - starts[number]);
    }

    /** Embeddings divided by their norms, {@code [M, D]}. */
    Tensor directions() {
        return part(DIRECTIONS);
    }

    /** {@link HstuModel#ratingTerms}, {@code [M, D]}, of a model that predicts ratings. */
    Tensor ratingTerms() {
        return part(RATING_TERMS);
    }

    /** Tokens with unknown action, {@code [M, D]}, of a model with target-aware ratings. */
    Tensor tokens() {
        return part(TOKENS);
    }

    /** The tokens' projections in the first block. */
    Projections projections() {
        return new Projections(part(PROJECTIONS), part(PROJECTIONS + 1), part(PROJECTIONS + 2), part(PROJECTIONS + 3));
    }
}
