package dev.lanner.nn;

import dev.lanner.tensor.Gradients;
import dev.lanner.tensor.Tensor;
import java.util.Collection;

/** Limits gradients. */
public final class Clipping {
    private Clipping() {}

    /**
     * Scales all gradients by one factor so that their joint Euclidean norm is at most {@code maxNorm}. The norm
     * is read, so a program that clips cannot be recorded.
     *
     * @param parameters whose gradients count; those without one are passed over
     * @return the norm before clipping
     */
    public static double byNorm(Gradients gradients, Collection<Tensor> parameters, double maxNorm) {
        if (!(maxNorm > 0)) {
            throw new IllegalArgumentException("clipping: the largest norm must be positive, found " + maxNorm);
        }
        double squares = 0;
        for (Tensor parameter : parameters) {
            squares += gradients
                    .find(parameter)
                    .map(gradient -> gradient.square().sum().item())
                    .orElse(0.0);
        }
        double norm = Math.sqrt(squares);
        if (norm > maxNorm) {
            for (Tensor parameter : parameters) {
                gradients.find(parameter).ifPresent(gradient -> gradients.put(parameter, gradient.mul(maxNorm / norm)));
            }
        }
        return norm;
    }
}
