package dev.lanner.nn;

import dev.lanner.tensor.Fused;
import dev.lanner.tensor.Program;
import dev.lanner.tensor.Shape;
import dev.lanner.tensor.Tensor;
import dev.lanner.tensor.backend.HostArray;
import dev.lanner.tensor.functional.AdamStep;
import java.util.Map;

/** Adam, and AdamW, whose weight decay is decoupled from the gradient: see {@link AdamStep}. */
public final class Adam extends Optimizer {
    /** PyTorch's default for the decay of the first moment. */
    public static final double DEFAULT_BETA1 = 0.9;
    /** PyTorch's default for the decay of the second moment. */
    public static final double DEFAULT_BETA2 = 0.999;
    /** PyTorch's default. */
    public static final double DEFAULT_EPSILON = 1e-8;

    private static final int RATES = 3;

    private static final String[] MOMENTS = {"m", "v"};

    private final AdamStep op;
    private Tensor rates;

    /** Adam with PyTorch's default betas and epsilon, without weight decay. */
    public Adam(Map<String, Tensor> parameters, double learningRate) {
        this(parameters, learningRate, new AdamStep(DEFAULT_BETA1, DEFAULT_BETA2, DEFAULT_EPSILON, 0, false));
    }

    /** Adam or AdamW with all its settings. */
    public Adam(Map<String, Tensor> parameters, double learningRate, AdamStep settings) {
        super(parameters, learningRate);
        this.op = settings;
    }

    /** AdamW with PyTorch's default betas and epsilon. */
    public static Adam decoupled(Map<String, Tensor> parameters, double learningRate, double weightDecay) {
        return new Adam(
                parameters,
                learningRate,
                new AdamStep(DEFAULT_BETA1, DEFAULT_BETA2, DEFAULT_EPSILON, weightDecay, true));
    }

    @Override
    protected void beginStep() {
        rates = null;
    }

    /** Learning rate and bias corrections of a step. */
    private void writeRates(HostArray values) {
        values.setDouble(0, learningRate());
        values.setDouble(1, 1 - Math.pow(op.beta1(), steps()));
        values.setDouble(2, 1 - Math.pow(op.beta2(), steps()));
    }

    @Override
    protected void update(String name, Tensor parameter, Tensor gradient) {
        if (rates == null) {
            // Uploaded once for all parameters.
            rates = Program.perRun(parameter.dtype(), Shape.of(RATES), this::writeRates);
        }
        Tensor m = state(MOMENTS[0], name, parameter);
        Tensor v = state(MOMENTS[1], name, parameter);
        Fused.update(op, new Tensor[] {parameter, m, v}, parameter, gradient, m, v, rates);
    }

    @Override
    protected String[] stateKinds() {
        return MOMENTS.clone();
    }
}
