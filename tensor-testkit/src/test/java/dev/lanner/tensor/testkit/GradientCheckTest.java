package dev.lanner.tensor.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lanner.tensor.DType;
import dev.lanner.tensor.Shape;
import dev.lanner.tensor.Tensor;
import java.util.function.Function;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/** The check itself: that it passes what is right, and finds what is wrong. */
class GradientCheckTest {
    private static String failure(Function<Tensor[], Tensor> function, Tensor... inputs) {
        return assertThrows(
                        AssertionError.class, () -> GradientCheck.of(function).check(inputs))
                .getMessage();
    }

    @Property(tries = 200)
    void findsAFactorThatIsOffByOneInAHundredThousand(@ForAll long seed) {
        Inputs inputs = new Inputs(seed);
        Tensor x = inputs.awayFromZero(3, 2);
        GradientCheck.of(in -> in[0].mul(1 + 1e-5)).seed(seed).check(x);
        // The value has the factor, the gradient has not.
        Function<Tensor[], Tensor> wrong = in -> in[0].add(in[0].detach().mul(1e-5));
        assertThrows(
                AssertionError.class, () -> GradientCheck.of(wrong).seed(seed).check(x));
        Tensor large = inputs.awayFromZero(20, 20);
        GradientCheck.of(in -> in[0].square()).seed(seed).check(large);
        Function<Tensor[], Tensor> square = in -> in[0].mul(in[0].detach());
        assertThrows(
                AssertionError.class, () -> GradientCheck.of(square).seed(seed).check(large));
    }

    @Example
    void namesInputCoordinateAndBothValues() {
        Tensor x = new Inputs(1).any(2);
        Tensor y = new Inputs(2).any(2, 3);
        // Only element [1, 2] of the second input has a wrong gradient.
        Function<Tensor[], Tensor> wrong = in -> in[0].sum()
                .add(in[1].sum())
                .add(in[1].narrow(0, 1, 1).narrow(1, 2, 1).detach().sum());
        String message = failure(wrong, x, y);
        assertTrue(
                message.matches("gradient check: input 1 F64\\[2, 3] at \\[1, 2]: analytic -?[\\d.]+, numeric -?[\\d.]+"
                        + " \\(difference [\\d.e+-]+, allowed [\\d.e+-]+, step 1e-05\\)"),
                message);
    }

    @Example
    void namesTheDirectionOfLargeInputs() {
        Tensor x = new Inputs(1).any(100);
        String message = failure(in -> in[0].mul(in[0].detach()).sum(), x);
        assertTrue(
                message.startsWith("gradient check: input 0 F64[100] along random direction 0 of seed 42: analytic "),
                message);
    }

    @Example
    void findsAGradientThatIsMissingAltogether() {
        String message = failure(in -> in[0].detach().square(), new Inputs(1).awayFromZero(2));
        assertTrue(message.startsWith("gradient check: input 0 F64[2] at [0]: analytic 0.0"), message);
    }

    @Example
    void findsAGradientThatIsNotFinite() {
        // Right where it is needed, but infinity times 0 where it is not.
        Function<Tensor[], Tensor> masked = in -> in[0].gt(in[0].mul(0)).where(in[0].sqrt(), in[0].mul(0));
        Tensor x = new Inputs(1).uniform(-2, -1, 2);
        String message = failure(masked, x);
        assertTrue(message.contains("analytic NaN"), message);
    }

    @Example
    void refusesWhatIsNotAFunction() {
        int[] calls = {0};
        String message = failure(in -> in[0].mul(++calls[0]), new Inputs(1).awayFromZero(2));
        assertTrue(message.startsWith("gradient check: the function must be finite and the same every time"), message);
        assertTrue(failure(in -> in[0].log(), new Inputs(1).uniform(-2, -1, 2)).contains("must be finite"));
        assertTrue(
                failure(in -> in[0].to(DType.F32), new Inputs(1).any(2)).contains("must compute in F64, found F32[2]"));
        assertThrows(
                IllegalArgumentException.class,
                () -> GradientCheck.of(in -> in[0]).step(0));
    }

    @Example
    void takesInputsOfAnyDtype() {
        Inputs inputs = new Inputs(3);
        Tensor table = inputs.any(4, 2).to(DType.F32);
        GradientCheck.of(in -> {
                    assertEquals(DType.F64, in[0].dtype());
                    assertEquals(DType.I32, in[1].dtype());
                    assertEquals(DType.I64, in[2].dtype());
                    return in[0].gatherRows(in[1]).mul(in[2].to(DType.F64).unsqueeze(1));
                })
                .check(table, inputs.indices(4, 3), inputs.times(5, 3));
    }

    @Example
    void passesInputsThatAreReturnedOrUnusedOrEmpty() {
        Inputs inputs = new Inputs(4);
        GradientCheck.of(in -> in[0]).check(inputs.any(2, 2), inputs.any(3));
        GradientCheck.of(in -> Tensor.full(DType.F64, Shape.of(2), 3)).check(inputs.any(2));
        GradientCheck.of(in -> in[0].square()).check(inputs.any(0, 3));
    }

    @Example
    void optionsAreObeyed() {
        Tensor x = new Inputs(5).any(4);
        Function<Tensor[], Tensor> rough = in -> in[0].add(in[0].detach().mul(1e-3));
        assertThrows(AssertionError.class, () -> GradientCheck.of(rough).check(x));
        GradientCheck.of(rough).tolerance(1e-2, 0).check(x);
        // A step as large as this sees the curvature of the third derivative.
        assertThrows(
                AssertionError.class,
                () -> GradientCheck.of(in -> in[0].exp()).step(0.1).check(x));
        int[] calls = {0};
        Tensor large = new Inputs(6).any(100);
        GradientCheck.of(in -> {
                    calls[0]++;
                    return in[0].sum();
                })
                .directions(3)
                .check(large);
        assertEquals(2 + 2 * 3, calls[0]);
    }
}
