package dev.lanner.tensor;

import java.util.List;
import java.util.function.UnaryOperator;

/**
 * A tensor cut into views that cover it without overlap. Their gradients are written side by side into the tensor's, where the
 * operations that use the pieces can write in place: nothing is filled with zeros first, and nothing copied together. (A piece that is
 * cut again has its gradient copied.)
 */
final class Pieces {
    private final String op;
    private final Tensor whole;
    private final List<UnaryOperator<Layout>> cuts;
    private final Tensor[] pieces;
    private final String origin = NonFinite.origin();
    private Tensor gradient;

    private Pieces(String op, Tensor whole, List<UnaryOperator<Layout>> cuts) {
        this.op = op;
        this.whole = whole;
        this.cuts = cuts;
        pieces = new Tensor[cuts.size()];
    }

    /**
     * Cuts a tensor.
     *
     * @param cuts lead from the layout of the tensor, or of its gradient, to that of each piece
     */
    static Tensor[] cut(String op, Tensor x, List<UnaryOperator<Layout>> cuts) {
        Pieces all = new Pieces(op, x, cuts);
        for (int i = 0; i < all.pieces.length; i++) {
            all.pieces[i] = all.piece(i);
        }
        return all.pieces.clone();
    }

    private Tensor piece(int i) {
        Tensor view = Views.view(whole, cuts.get(i).apply(whole.view().layout()));
        boolean contiguous = cuts.get(i).apply(Layout.contiguous(whole.shape())).isContiguous();
        // Kernels write contiguous gradients only.
        return Tape.record(op, view, contiguous ? () -> place(i) : null, (dOut, into) -> gather(i, dOut, into), whole);
    }

    /** Where the gradient of a piece belongs. */
    private Tensor place(int i) {
        if (gradient == null) {
            gradient = Creation.allocate(whole.backend(), whole.dtype(), whole.shape());
        }
        return Views.view(gradient, cuts.get(i).apply(gradient.view().layout()));
    }

    /**
     * Runs for the last piece that has a gradient: all uses of the others come later on the tape, so that theirs are complete as
     * well.
     */
    private void gather(int last, Tensor dOut, InputGradients into) {
        for (int i = 0; i < pieces.length; i++) {
            Tensor from = i == last ? dOut : into.take(pieces[i]);
            Tensor to = place(i);
            if (i != last && from != null) {
                NonFinite.checkGradient(op, origin, from);
            }
            if (from == null) {
                to.backend().fill(0, to.view());
            } else if (!from.view().equals(to.view())) {
                to.backend().copy(from.view(), to.view());
            }
        }
        into.addOwned(0, gradient);
        gradient = null;
    }
}
