package dev.lanner.backend.cpu;

/** What a linear layer does with the product {@code x W^T}, row by row, while it is still in the cache; and its way back. */
interface LinearEpilogue {
    /** Whether {@link #backward} reads the product, which then is kept beside the result. */
    boolean keepsProduct();

    /**
     * Makes the result of some rows of a part.
     *
     * @param scratch of the task that has computed the product, which needs none of it any more
     */
    void forward(LinearOperands operands, int part, int first, int end, Scratch scratch);

    /**
     * Computes the gradient of some rows of a part of the product.
     *
     * @param dy gradient of the result
     * @param dProduct receives them from {@code offset} on, rows {@code stride} apart
     * @param sums the sums of the columns of {@code dProduct} are added to them, from {@code sumsOffset} on
     */
    void backward(
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
            Scratch scratch);
}
