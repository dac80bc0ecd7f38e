package dev.lanner.hstu.inference;

import dev.lanner.tensor.DType;
import dev.lanner.tensor.Fused;
import dev.lanner.tensor.Scope;
import dev.lanner.tensor.Shape;
import dev.lanner.tensor.Tensor;
import dev.lanner.tensor.functional.InnerProductTopK;

/** All cosines, the best k picked on the way; of equal ones the smaller item comes first. */
final class ExactIndex implements ItemIndex {
    private final int size;
    private final int width;
    private final Tensor panels;

    ExactIndex(Tensor embeddings) {
        // An index belongs to no scope.
        panels = Scope.outside(() -> pack(embeddings));
        size = embeddings.size(0) - 1;
        width = embeddings.size(1);
    }

    private static Tensor pack(Tensor embeddings) {
        try (Scope scope = Scope.open()) {
            return scope.keep(InnerProductTopK.pack(Directions.of(embeddings)));
        }
    }

    @Override
    public int size() {
        return size;
    }

    @Override
    public Neighbours search(float[] state, int k) {
        float[] direction = Directions.of(state, width, k, size);
        try (Scope scope = Scope.open()) {
            Tensor scores = Tensor.zeros(DType.F32, Shape.of(1, k));
            Tensor rows = Tensor.zeros(DType.I32, Shape.of(1, k));
            Fused.update(
                    new InnerProductTopK(size, k), new Tensor[] {scores, rows}, Tensor.of(direction, 1, width), panels);
            int[] items = rows.toInts();
            for (int i = 0; i < k; i++) {
                items[i]++;
            }
            return new Neighbours(items, scores.toFloats());
        }
    }
}
