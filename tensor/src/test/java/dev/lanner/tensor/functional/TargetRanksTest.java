package dev.lanner.tensor.functional;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.lanner.tensor.DType;
import dev.lanner.tensor.OnReference;
import dev.lanner.tensor.Program;
import dev.lanner.tensor.Shape;
import dev.lanner.tensor.ShapeException;
import dev.lanner.tensor.Tensor;
import net.jqwik.api.Example;

class TargetRanksTest extends OnReference {
    private static final float NAN = Float.NaN;

    private static int[] ranks(float[][] scores, int[] targets, int[] offsets, int... seen) {
        int columns = scores[0].length;
        float[] flat = new float[scores.length * columns];
        for (int b = 0; b < scores.length; b++) {
            System.arraycopy(scores[b], 0, flat, b * columns, columns);
        }
        return TargetRanks.of(
                        Tensor.of(flat, scores.length, columns),
                        Tensor.of(targets, targets.length),
                        Tensor.of(offsets, offsets.length),
                        Tensor.of(seen, seen.length))
                .toInts();
    }

    @Example
    void seenItemsDoNotCountButTheTargetDoes() {
        float[] scores = {9, 5, 4, 3, 2};
        float[][] rows = {scores, scores, scores, scores};
        int[] offsets = {0, 0, 1, 3, 6};
        assertArrayEquals(new int[] {3, 2, 2, 1}, ranks(rows, new int[] {3, 3, 3, 3}, offsets, 1, 1, 3, 1, 2, 4));
    }

    @Example
    void ofEqualScoresTheSmallerItemComesFirst() {
        float[][] rows = {{1, 0, -0f, 0, 1}, {1, 0, -0f, 0, 1}, {1, 0, -0f, 0, 1}};
        assertArrayEquals(new int[] {2, 3, 4}, ranks(rows, new int[] {1, 2, 3}, new int[4]));
        assertArrayEquals(new int[] {2, 2, 3}, ranks(rows, new int[] {1, 2, 3}, new int[] {0, 1, 2, 3}, 3, 1, 2));
    }

    @Example
    void paddingIsNoItem() {
        float[][] rows = {{7, 1, 2}, {NAN, 1, 2}, {NAN, 1, 2}};
        assertArrayEquals(new int[] {2, 1, 0}, ranks(rows, new int[] {1, 2, 0}, new int[] {0, 1, 2, 3}, 0, 0, 1));
    }

    @Example
    void theFirstScoreThatIsNanIsNamed() {
        float[][] rows = {{0, 1, NAN, NAN}, {0, NAN, 1, 2}, {0, NAN, NAN, NAN}};
        assertArrayEquals(new int[] {-2, -1, 0}, ranks(rows, new int[] {1, 1, 0}, new int[] {0, 1, 1, 1}, 2));
    }

    @Example
    void noRowsHaveNoRanks() {
        Tensor ranks = TargetRanks.of(
                Tensor.zeros(DType.F32, Shape.of(0, 2)),
                Tensor.zeros(DType.I32, Shape.of(0)),
                Tensor.zeros(DType.I32, Shape.of(1)),
                Tensor.zeros(DType.I32, Shape.of(0)));
        assertEquals(Shape.of(0), ranks.shape());
    }

    @Example
    void aProgramChecksWhatItIsGiven() {
        try (Program program = Program.record(inputs -> new Tensor[] {
            TargetRanks.of(
                    inputs.tensor("scores", DType.F32, 1, 4),
                    inputs.tensor("targets", DType.I32, 1),
                    inputs.tensor("offsets", DType.I32, 2),
                    inputs.tensor("seen", DType.I32, 3))
        })) {
            program.set("scores", 0f, 1f, 3f, 2f);
            program.set("targets", 1);
            program.set("offsets", 0, 1);
            program.set("seen", 2, 0, 0);
            program.run(1);
            assertArrayEquals(new int[] {2}, program.output(0).toInts());
            program.set("offsets", 0, 0);
            program.run(2);
            assertArrayEquals(new int[] {3}, program.output(0).toInts());
            assertThrows(ShapeException.class, () -> program.set("offsets", 0, 4));
            assertThrows(IndexOutOfBoundsException.class, () -> program.set("targets", 4));
            assertThrows(IndexOutOfBoundsException.class, () -> program.set("seen", 0, 4, 0));
        }
    }

    private static void assertRefused(String message, Tensor scores, int[] targets, int[] offsets, int... seen) {
        ShapeException refused = assertThrows(
                ShapeException.class,
                () -> TargetRanks.of(
                        scores,
                        Tensor.of(targets, targets.length),
                        Tensor.of(offsets, offsets.length),
                        Tensor.of(seen, seen.length)));
        assertEquals("targetRanks: " + message, refused.getMessage());
    }

    @Example
    void mistakesAreNamed() {
        Tensor scores = Tensor.zeros(DType.F32, Shape.of(2, 3));
        int[] targets = {1, 2};
        int[] offsets = {0, 1, 2};
        assertRefused(
                "scores must be [2, 2], found [2, 1]", Tensor.zeros(DType.F32, Shape.of(2, 1)), targets, offsets, 1, 1);
        assertRefused("scores must have rank 2, found [2]", Tensor.zeros(DType.F32, Shape.of(2)), targets, offsets);
        assertRefused("targets must be [2], found [1]", scores, new int[1], offsets, 1, 1);
        assertRefused("offsets must be [3], found [2]", scores, targets, new int[2], 1, 1);
        assertRefused("offsets must start with 0, found 1", scores, targets, new int[] {1, 1, 2}, 1, 1);
        assertRefused("offsets must ascend to at most 1 seen items, found 1, 2 at row 1", scores, targets, offsets, 1);
        assertRefused(
                "offsets must ascend to at most 2 seen items, found 1, 0 at row 1",
                scores,
                targets,
                new int[] {0, 1, 0},
                1,
                1);
        assertThrows(
                ShapeException.class,
                () -> TargetRanks.of(
                        Tensor.zeros(DType.F64, Shape.of(2, 3)),
                        Tensor.of(targets, 2),
                        Tensor.of(offsets, 3),
                        Tensor.of(targets, 2)));
        assertThrows(
                IndexOutOfBoundsException.class,
                () -> TargetRanks.of(
                        scores, Tensor.of(new int[] {1, 3}, 2), Tensor.of(offsets, 3), Tensor.of(targets, 2)));
        assertThrows(
                IndexOutOfBoundsException.class,
                () -> TargetRanks.of(
                        scores, Tensor.of(targets, 2), Tensor.of(offsets, 3), Tensor.of(new int[] {-1, 1}, 2)));
    }
}
