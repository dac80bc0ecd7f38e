package dev.lanner.backend.cpu;

/** A linear layer without activation: the bias is added. */
record BiasEpilogue(LinearLoops loops) implements LinearEpilogue {
    @Override
    public boolean keepsProduct() {
        return false;
    }

    @Override
    public void forward(LinearOperands operands, int part, int first, int end, Scratch scratch) {
        Rows y = operands.y();
        int at = y.at(operands.row(part, first));
        loops.addBias(
                end - first,
                operands.width(),
                y.values(),
                at,
                y.stride(),
                operands.bias().values(),
                operands.biasAt(part));
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
        loops.biasGradient(
                end - first,
                operands.width(),
                dy.values(),
                dy.at(operands.row(part, first)),
                dy.stride(),
                dProduct,
                offset,
                stride,
                sums,
                sumsOffset);
    }
}
