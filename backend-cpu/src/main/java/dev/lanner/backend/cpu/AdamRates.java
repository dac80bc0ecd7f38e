package dev.lanner.backend.cpu;

import dev.lanner.tensor.functional.AdamStep;

/**
 * The constants of one step of Adam: {@code g' = g + coupled p}, {@code m = decay1 m + gain1 g'}, {@code v = decay2 v + gain2 g'²},
 * {@code p -= decoupled p + step m / (root sqrt(v) + epsilon)}. The bias corrections are in {@code step} and {@code root}, which
 * leaves one division an element.
 *
 * @param coupled weight decay that is added to the gradient
 * @param decoupled weight decay times learning rate, taken off the parameter
 * @param step learning rate over the first moment's correction
 * @param root inverse root of the second moment's correction
 */
record AdamRates(
        float decay1,
        float gain1,
        float decay2,
        float gain2,
        float coupled,
        float decoupled,
        float step,
        float root,
        float epsilon) {
    /**
     * The constants of a step.
     *
     * @param rates learning rate, {@code 1 - beta1^t} and {@code 1 - beta2^t}
     */
    static AdamRates of(AdamStep op, Rows rates) {
        float learningRate = rates.values()[rates.offset()];
        float correction1 = rates.values()[rates.offset() + 1];
        float correction2 = rates.values()[rates.offset() + 2];
        return new AdamRates(
                (float) op.beta1(),
                (float) (1 - op.beta1()),
                (float) op.beta2(),
                (float) (1 - op.beta2()),
                op.decoupled() ? 0 : (float) op.weightDecay(),
                op.decoupled() ? (float) (op.weightDecay() * learningRate) : 0,
                learningRate / correction1,
                (float) (1 / Math.sqrt(correction2)),
                (float) op.epsilon());
    }
}
