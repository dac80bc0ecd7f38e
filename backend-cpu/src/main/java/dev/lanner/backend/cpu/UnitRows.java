package dev.lanner.backend.cpu;

/** The way of a row to unit length and back for its gradient; norms are clamped below at 1e-6, and one that is has no gradient. */
final class UnitRows {
    /** Largest inverse norm: the sign of a norm that was clamped. */
    private static final float MAX_INVERSE = 1e6f;

    private UnitRows() {}

    /** {@code 1 / max(|x|, 1e-6)} for a row of padded width. */
    static float inverseNorm(LossLoops loops, int padded, float[] x, int offset) {
        // The smaller one of NaN and a number is NaN, which is what it should be.
        return Math.min((float) (1 / Math.sqrt(loops.dot(padded, x, offset, x, offset))), MAX_INVERSE);
    }

    /**
     * The gradient of x from that of its unit row: {@code inverse (gradient - unit (unit · gradient))}.
     *
     * @param inverse what {@link #inverseNorm} gave for x
     * @param x the row times a number
     * @param length inverse of the length of x as it is here: 1 for a unit row
     * @param gradient overwritten, from 0 on
     */
    static void project(
            LossLoops loops, int padded, float inverse, float[] x, int offset, float length, float[] gradient) {
        float along = inverse == MAX_INVERSE ? 0 : length * length * loops.dot(padded, x, offset, gradient, 0);
        loops.combine(padded, inverse, gradient, 0, -inverse * along, x, offset, gradient, 0);
    }
}
