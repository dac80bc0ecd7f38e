package dev.lanner.backend.cpu;

/** A linear layer with SiLU. The backward pass computes the sigmoid again: reading a saved one would take longer. */
record SiluEpilogue(LinearLoops loops) implements LinearEpilogue {
    @Override
    public boolean keepsProduct() {
        return true;
    }

    @Override
    public void forward(LinearOperands operands, int part, int first, int end, Scratch scratch) {
        Rows product = operands.product();
        Rows y = operands.y();
        int row = operands.row(part, first);
        loops.silu(
                end - first,
                operands.width(),
                product.values(),
                product.at(row),
                product.stride(),
                operands.bias().values(),
                operands.biasAt(part),
                y.values(),
                y.at(row),
                y.stride());
    }

    @Override
    public void backward(
            LinearOperands operands,
            Rows dy,
            int part,
            int first,
            int end,
            float[] dProduct,
            int offset,
            int stride,
            float[] sums,
            int sumsOffset,
            Scratch scratch) {
        Rows product = operands.product();
        int row = operands.row(part, first);
        loops.siluGradient(
                end - first,
                operands.width(),
                product.values(),
                product.at(row),
                product.stride(),
                operands.bias().values(),
                operands.biasAt(part),
                dy.values(),
                dy.at(row),
                dy.stride(),
                dProduct,
                offset,
                stride,
                sums,
                sumsOffset);
    }
}
