package dev.lanner.backend.cpu;

/**
 * The inner loops of layer normalisation with a gate, one row at a time: {@code y = (n gamma + beta) u} with
 * {@code n = (x - mean) inverse}. {@link SimdLayerNormLoops} and {@link ScalarLayerNormLoops} are twins. Rows have {@code n >= 1}
 * adjacent elements from the offsets on; results overlap no operand.
 */
interface LayerNormLoops {
    /**
     * Computes mean and variance of a row, in this order, so that the difference of nearly equal numbers does not cancel.
     *
     * @param epsilon added to the biased variance
     * @param statistics receives the mean and the inverse of the standard deviation at {@code at} and {@code at + 1}
     */
    void statistics(int n, double epsilon, float[] x, int xOffset, float[] statistics, int at);

    /** Normalises one row and applies the gate. */
    void normalise(
            int n,
            float mean,
            float inverse,
            float[] x,
            int xOffset,
            float[] u,
            int uOffset,
            float[] gamma,
            int gammaOffset,
            float[] beta,
            int betaOffset,
            float[] y,
            int yOffset);

    /**
     * First half of a row's gradient: {@code du = dy (n gamma + beta)}, and for {@code g = dy u}, {@code dn = g gamma}.
     *
     * @param dn receives the gradient of the normalised row
     * @param sums sums by column: g n is added from {@code sumsOffset} on, g from {@code sumsOffset + n} on
     * @param projections receives {@code mean(dn)} and {@code mean(dn n)} at 0 and 1
     */
    void gateGradient(
            int n,
            float mean,
            float inverse,
            float[] x,
            int xOffset,
            float[] u,
            int uOffset,
            float[] gamma,
            int gammaOffset,
            float[] beta,
            int betaOffset,
            float[] dy,
            int dyOffset,
            float[] du,
            int duOffset,
            float[] dn,
            float[] sums,
            int sumsOffset,
            float[] projections);

    /** Second half: {@code dx = inverse (dn - meanOfDn - n meanOfDnN)}. */
    void inputGradient(
            int n,
            float mean,
            float inverse,
            float[] x,
            int xOffset,
            float[] dn,
            float[] projections,
            float[] dx,
            int dxOffset);
}
