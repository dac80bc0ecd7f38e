package dev.lanner.hstu.model;

import dev.lanner.nn.Initializer;
import java.util.List;

/**
 * How a parameter begins.
 *
 * @param distribution what it is drawn from
 * @param scale of the distribution, see there
 */
public record InitialValues(Distribution distribution, double scale) {
    /** Zeros. */
    static final InitialValues ZERO = new InitialValues(Distribution.CONSTANT, 0);

    /** PyTorch's default for linear layers. */
    static final InitialValues FAN_IN = new InitialValues(Distribution.FAN_IN, 1);

    /** Distributions of initial values. */
    public enum Distribution {
        /** The scale itself. */
        CONSTANT,
        /** Normal; the scale is the standard deviation. */
        NORMAL,
        /** Normal within two standard deviations; the scale is that of the normal. */
        TRUNCATED_NORMAL,
        /** Uniform in ± scale / sqrt(inputs): PyTorch's default for linear layers, times the scale. */
        FAN_IN,
        /** Uniform in ± scale sqrt(6 / (inputs + outputs)) (Glorot and Bengio, 2010). */
        XAVIER_UNIFORM,
        /** Normal with standard deviation scale sqrt(2 / (inputs + outputs)) (Glorot and Bengio, 2010). */
        XAVIER_NORMAL
    }

    /**
     * The initialiser of a parameter.
     *
     * @param inputs columns of a weight or table
     * @param outputs rows of it
     */
    Initializer of(int inputs, int outputs) {
        return switch (distribution) {
            case CONSTANT -> Initializer.constant(scale);
            case NORMAL -> Initializer.normal(scale);
            case TRUNCATED_NORMAL -> Initializer.truncatedNormal(scale);
            case FAN_IN -> Initializer.uniform(scale / Math.sqrt(inputs));
            case XAVIER_UNIFORM -> Initializer.uniform(scale * Math.sqrt(6.0 / (inputs + outputs)));
            case XAVIER_NORMAL -> Initializer.normal(scale * Math.sqrt(2.0 / (inputs + outputs)));
        };
    }

    void check(String name, List<String> wrong) {
        Rules.require(wrong, distribution != null, name + ".distribution must be there");
        boolean may = scale > 0 || distribution == Distribution.CONSTANT;
        Rules.require(wrong, may && Double.isFinite(scale), name + ".scale must be positive, found " + scale);
    }
}
