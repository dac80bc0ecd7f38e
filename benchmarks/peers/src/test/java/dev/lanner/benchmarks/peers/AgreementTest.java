package dev.lanner.benchmarks.peers;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lanner.benchmarks.Workload;
import dev.lanner.hstu.data.JaggedBatch;
import dev.lanner.hstu.model.HstuConfig;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Both sides compute the same, at sizes small enough for every build, and a difference is found. */
class AgreementTest {
    private static final int ITEMS = 60;

    private static HstuConfig config(int blocks, int heads) {
        HstuConfig article = HstuConfig.article();
        return new HstuConfig(
                "tiny",
                16,
                blocks,
                heads,
                40,
                article.dropout(),
                article.layerNormEpsilon(),
                article.timeBoundaries(),
                20,
                article.temperature(),
                article.ratingWeight(),
                article.ratingTargetAware(),
                article.itemStd(),
                article.actionStd(),
                article.inputGain(),
                article.projectionGain());
    }

    /** Histories of 23 to 40 events, so that there is padding. */
    private static JaggedBatch batch() {
        return Workload.batch(8, 40, ITEMS);
    }

    @ParameterizedTest(name = "{0}, {1} blocks, {2} heads")
    @CsvSource({"ARTICLE, 2, 1", "ARTICLE, 3, 2", "TUNED, 2, 1", "TUNED, 3, 2"})
    void trainingStep(Written written, int blocks, int heads) {
        try (TrainStepCase step = new TrainStepCase("tiny", written, config(blocks, heads), batch(), ITEMS)) {
            step.check();
            // Both sides step without a failure, with their own negatives and dropout.
            step.lanner();
            step.libtorch();
        }
    }

    @ParameterizedTest(name = "{0}, {1} heads")
    @CsvSource({"ARTICLE, 1", "ARTICLE, 2", "TUNED, 1", "TUNED, 2"})
    void attention(Written written, int heads) {
        try (AttentionCase attention = new AttentionCase(written, config(1, heads), batch())) {
            attention.check();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"7x5x3", "T7x5x3", "7x5x3T"})
    void product(String shape) {
        try (SgemmCase sgemm = new SgemmCase(shape)) {
            sgemm.check();
        }
    }

    @ParameterizedTest
    @EnumSource
    void stepsApartAreFound(Written written) {
        try (TrainStepCase step = new TrainStepCase("tiny", written, config(1, 1), batch(), ITEMS)) {
            step.lanner();
            MismatchException found = assertThrows(MismatchException.class, step::check);
            assertTrue(found.getMessage().startsWith("tiny: retrieval loss: "), found::getMessage);
        }
    }

    @Test
    void nanIsFound() {
        float[] one = {1};
        float[] nan = {Float.NaN};
        assertThrows(MismatchException.class, () -> Agreement.check("x", nan, one));
        assertThrows(MismatchException.class, () -> Agreement.check("x", one, nan));
    }
}
