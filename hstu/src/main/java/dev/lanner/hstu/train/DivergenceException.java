package dev.lanner.hstu.train;

/** A loss or a parameter that is not finite any more: the model is lost, and the last checkpoint is the one before. */
public final class DivergenceException extends ArithmeticException {
    private static final long serialVersionUID = 1L;

    DivergenceException(int step, String parameter) {
        super("step " + step + ": parameter " + parameter + " is not finite any more; a lower learning rate may help");
    }

    DivergenceException(int step, double loss) {
        super("step " + step + ": the loss is " + loss + "; a lower learning rate may help");
    }
}
