package dev.lanner.tensor.testkit;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lanner.tensor.DType;
import dev.lanner.tensor.Fused;
import dev.lanner.tensor.Scope;
import dev.lanner.tensor.Shape;
import dev.lanner.tensor.Tensor;
import dev.lanner.tensor.backend.Backends;
import dev.lanner.tensor.backend.FusedKernel;
import dev.lanner.tensor.backend.HostArray;
import dev.lanner.tensor.backend.Storage;
import dev.lanner.tensor.backend.View;
import dev.lanner.tensor.functional.AdamStep;
import dev.lanner.tensor.reference.ReferenceBackend;
import java.util.List;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/** The optimiser's step, which writes over its state. */
interface OptimizerContract extends ContractPart {
    /** Which inputs are the outputs: p, m and v. */
    List<Integer> STATE = List.of(0, 2, 3);

    @Property(tries = 200)
    default void adamStepOverItsState(
            @ForAll(supplier = ContractShapes.class) Shape shape,
            @ForAll @IntRange(min = 1, max = 2000) int step,
            @ForAll boolean decoupled,
            @ForAll long seed) {
        Samples samples = new Samples(seed);
        double weightDecay = samples.flip() ? 0 : 0.1;
        check(new AdamStep(0.9, samples.flip() ? 0.98 : 0.999, 1e-8, weightDecay, decoupled), shape, step, samples);
    }

    @Example
    default void adamStepAtAwkwardSizes() {
        for (int size : Samples.SIZES) {
            check(new AdamStep(0.9, 0.999, 1e-8, 0.01, true), Shape.of(size), 3, new Samples(size));
            check(new AdamStep(0.9, 0.999, 1e-8, 0.01, false), Shape.of(size), 1, new Samples(size));
        }
        check(new AdamStep(0.9, 0.999, 1e-8, 0, false), Shape.of(300, 257), 1, new Samples(1));
    }

    private void check(AdamStep op, Shape shape, int step, Samples samples) {
        int count = shape.elements();
        float[] rates = {1e-3f, (float) (1 - Math.pow(op.beta1(), step)), (float) (1 - Math.pow(op.beta2(), step))};
        Operand[] inputs = {
            // Small beside the step, so that an error of the step shows.
            Operand.inOut(samples.floating(DType.F32, count, -1e-2, 1e-2), shape, Arrangement.OFFSET),
            Operand.in(samples.floating(DType.F32, count, -1, 1), shape, Arrangement.CONTIGUOUS),
            Operand.inOut(samples.floating(DType.F32, count, -1, 1), shape, Arrangement.CONTIGUOUS),
            Operand.inOut(samples.floating(DType.F32, count, 0.01, 1), shape, Arrangement.OFFSET),
            Operand.in(HostArray.of(rates), Shape.of(3), Arrangement.OFFSET)
        };
        HostArray[] expected = reference(op, inputs);
        HostArray[] terms = reference(op, withoutCancelling(inputs));
        String what = op + " of " + shape + " at step " + step;
        assertClose(what + " through tensors", updated(op, inputs), expected, terms);
        if (harness().backend().kernel(op).isPresent()) {
            HostArray[] actual = onKernel(op, inputs);
            assertClose(what, actual, expected, terms);
            FusedTrial.assertSameBits(what + " run twice", actual, onKernel(op, inputs));
        }
    }

    /** Errors are relative to the terms, which may cancel: the parameter and its step, a moment and the gradient. */
    private void assertClose(String what, HostArray[] actual, HostArray[] expected, HostArray[] terms) {
        Outcome outcome = new Outcome(what, actual, expected);
        for (int i = 0; i < STATE.size(); i++) {
            HostArray magnitudes = terms[i];
            outcome.assertClose(
                    i, at -> Math.abs(magnitudes.getDouble(at)), harness().fused(), Float.MIN_NORMAL);
        }
    }

    /**
     * The same magnitudes with signs by which the terms of each result add up: a parameter that its step leads away from 0. (A decay that is
     * not decoupled is taken off the gradient then, and is small beside it.)
     */
    private static Operand[] withoutCancelling(Operand... inputs) {
        Operand[] signed = inputs.clone();
        signed[0] = inputs[0].withSign(-1);
        signed[1] = inputs[1].withSign(1);
        signed[2] = inputs[2].withSign(1);
        return signed;
    }

    private static HostArray[] reference(AdamStep op, Operand... inputs) {
        try (Backends.Use use = Backends.use(new ReferenceBackend())) {
            Tensor[] operands = tensors(DType.F64, inputs);
            Tensor[] results = op.reference(operands);
            HostArray[] expected = new HostArray[results.length];
            for (int i = 0; i < results.length; i++) {
                expected[i] = HostArray.of(results[i].toDoubles());
            }
            return expected;
        }
    }

    private HostArray[] updated(AdamStep op, Operand... inputs) {
        try (Backends.Use use = Backends.use(harness().backend());
                Scope scope = Scope.open()) {
            Tensor[] operands = tensors(DType.F32, inputs);
            Tensor[] state = {operands[0], operands[2], operands[3]};
            Fused.update(op, state, operands);
            HostArray[] results = new HostArray[state.length];
            for (int i = 0; i < state.length; i++) {
                results[i] = HostArray.of(state[i].toFloats());
            }
            return results;
        }
    }

    private static Tensor[] tensors(DType dtype, Operand... inputs) {
        Tensor[] tensors = new Tensor[inputs.length];
        for (int i = 0; i < inputs.length; i++) {
            tensors[i] = FusedTrial.tensor(inputs[i].values(), dtype, inputs[i].shape());
        }
        return tensors;
    }

    private HostArray[] onKernel(AdamStep op, Operand... inputs) {
        FusedKernel kernel = harness().backend().kernel(op).orElseThrow();
        Storage[] storages = harness().upload(inputs);
        View[] operands = Harness.views(inputs, storages);
        kernel.forward(operands, new View[] {operands[0], operands[2], operands[3]});
        harness().backend().synchronize();
        assertTrue(
                inputs[1].isUnchanged(harness().download(inputs[1], storages[1])), op + ": the gradient was changed");
        assertTrue(inputs[4].isUnchanged(harness().download(inputs[4], storages[4])), op + ": the rates were changed");
        HostArray[] results = new HostArray[STATE.size()];
        for (int i = 0; i < STATE.size(); i++) {
            results[i] = harness().guarded(op.name(), inputs[STATE.get(i)], storages[STATE.get(i)]);
        }
        harness().release(storages);
        return results;
    }
}
