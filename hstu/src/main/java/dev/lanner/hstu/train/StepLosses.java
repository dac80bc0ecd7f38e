package dev.lanner.hstu.train;

/**
 * What became of a training step.
 *
 * @param step counted from 1
 * @param total the loss that was minimised
 * @param retrieval one of its parts
 * @param rating the other, before it is weighted
 * @param tokens events in the batch
 */
record StepLosses(int step, double total, double retrieval, double rating, int tokens) {
    /**
     * Checks the loss.
     *
     * @throws DivergenceException if it is NaN or infinite
     */
    StepLosses {
        if (!Double.isFinite(total)) {
            throw new DivergenceException(step, total);
        }
    }
}
