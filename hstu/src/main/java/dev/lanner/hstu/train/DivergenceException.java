package dev.lanner.hstu.train;

/**
 * A loss, a parameter, a score or a predicted rating that is not finite any more: the model is lost. In training the last checkpoint is the one before.
 */
public final class DivergenceException extends ArithmeticException {
    private static final long serialVersionUID = 1L;

    DivergenceException(String what) {
        super(what + "; a lower learning rate may help");
    }

    DivergenceException(int step, String parameter) {
        this("step " + step + ": parameter " + parameter + " is not finite any more");
    }

    DivergenceException(int step, double loss) {
        this("step " + step + ": the loss is " + loss);
    }
}
