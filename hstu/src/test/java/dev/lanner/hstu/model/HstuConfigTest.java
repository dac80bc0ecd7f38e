package dev.lanner.hstu.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lanner.tensor.functional.AttentionActivation;
import dev.lanner.tensor.functional.HstuAttention;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HstuConfigTest {
    private static final BigDecimal STEP = new BigDecimal("0.301");

    private static String rules(String name, Object value) {
        HstuConfig paper = HstuConfig.preset("paper");
        return assertThrows(IllegalArgumentException.class, () -> paper.with(name, value))
                .getMessage();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "blocks | 0 | config: blocks must be positive, found 0",
                "width | -1 | config: width must be positive, found -1",
                "dropout | 1 | config: dropout must be in [0, 1), found 1.0",
                "maxLength | 0 | config: maxLength must be positive, found 0",
                "attention.heads | 0 | config: attention.heads must be positive, found 0",
                "attention.queryWidth | 0 | config: attention.queryWidth and attention.valueWidth must be positive, found 0 and 50",
                "attention.divisor | 0 | config: attention.divisor must be positive, found 0.0",
                "attention.bias | POSITION | config: attention.queryTime needs a bias by time, found POSITION",
                "attention.timeBoundaries | [5, 4] | config: attention.timeBoundaries must ascend from above 0, found [5, 4]",
                "attention.timeBoundaries | [0, 4] | config: attention.timeBoundaries must ascend from above 0, found [0, 4]",
                "block.epsilon | 0 | config: block.epsilon must be positive, found 0.0",
                "loss.negatives | -1 | config: loss.negatives must not be negative, found -1",
                "loss.temperature | 0 | config: loss.temperature must be positive, found 0.0",
                "loss.ratingWeight | -1 | config: loss.ratingWeight must not be negative, found -1.0",
                "initial.items.scale | 0 | config: initial.items.scale must be positive, found 0.0",
                "loss.negative | 1 | config: there is no setting loss.negative; found instead of negative: negatives, temperature",
                "los.negatives | 1 | config: there is no setting los.negatives; found instead of los: preset, width",
                "width | 1.5 | config: width: ",
                "width | many | config: width: ",
                "attention.bias | SOME | config: attention.bias: ",
                "attention.queryTime | 1 | config: attention.queryTime: ",
                "width | '' | config: width: needs a value",
                "width | 5 6 | config: width: ",
                "block.kind | SASREC | config: block.kind SASREC has attention by softmax without bias, found",
                "loss.ratingTargetAware | true | config: loss.ratingTargetAware needs a loss.ratingWeight above 0, and of",
            })
    void aSettingThatBreaksARuleIsNamed(String name, String value, String told) {
        String message = rules(name, value);
        assertTrue(message.startsWith(told), message);
    }

    @Test
    void everyRuleThatIsBrokenIsTold() {
        HstuConfig article = HstuConfig.article();
        IllegalArgumentException e = assertThrows(
                IllegalArgumentException.class,
                () -> new HstuConfig(
                        "x",
                        64,
                        0,
                        200,
                        1,
                        article.input(),
                        article.features(),
                        article.attention(),
                        article.block(),
                        new LossConfig(1, 0, 0, false),
                        article.initial()));
        assertEquals(
                "config: blocks must be positive, found 0; dropout must be in [0, 1), found 1.0; loss.temperature must be positive,"
                        + " found 0.0",
                e.getMessage());
        assertThrows(
                IllegalArgumentException.class,
                () -> new HstuConfig("x", 64, 1, 200, 0, null, null, null, null, null, null));
    }

    @Test
    void rulesAreLookedAtWhenAllIsChanged() {
        HstuConfig changed = Settings.with(
                HstuConfig.preset("paper"),
                Map.of("attention.bias", RelativeBias.POSITION, "attention.queryTime", false));
        assertEquals(RelativeBias.POSITION, changed.attention().bias());
    }

    @Test
    void whatTakesNoCandidatesIsTold() {
        assertTrue(HstuConfig.article().with("attention.valueWidth", 32).takesCandidates());
        for (HstuConfig other : List.of(
                HstuConfig.preset("paper"),
                HstuConfig.preset("sasrec"),
                HstuConfig.article().with("attention.activation", AttentionActivation.SOFTMAX))) {
            assertFalse(other.takesCandidates(), other.preset());
        }
    }

    @Test
    void settingsHaveTheirTypes() {
        HstuConfig changed = HstuConfig.article()
                .with("attention.activation", "SOFTMAX")
                .with("attention.bias", RelativeBias.NONE)
                .with("attention.timeBoundaries", List.of(7L, 7L))
                .with("block.inputNorm", "true")
                .with("loss.negatives", "17")
                .with("preset", "mine")
                .with("dropout", 0);
        assertEquals(AttentionActivation.SOFTMAX, changed.attention().activation());
        assertEquals(RelativeBias.NONE, changed.attention().bias());
        assertEquals(List.of(7L, 7L), changed.attention().timeBoundaries());
        assertTrue(changed.block().inputNorm());
        assertEquals(17, changed.loss().negatives());
        assertEquals("mine", changed.preset());
        assertEquals(0, changed.dropout());
        assertEquals(HstuConfig.article(), HstuConfig.article().with("dropout", 0.2));
    }

    @Test
    void presetsAreFoundByTheirNames() {
        for (String name : List.of("article", "paper", "paper-large", "position-only", "sasrec", "best")) {
            assertEquals(name, HstuConfig.preset(name).preset());
        }
        String told = assertThrows(IllegalArgumentException.class, () -> HstuConfig.preset("nope"))
                .getMessage();
        assertTrue(told.startsWith("preset nope is not there; presets: [article, paper"), told);
        assertEquals(HstuConfig.article(), HstuConfig.preset("article"));
    }

    /** The bucket of the paper, {@code clamp(floor(ln(max(1, d)) / 0.301), 0, 128)}, without rounding: k is the largest with e^(0.301 k) <= d. */
    private static int bucket(long distance) {
        int k = 0;
        while (k < 128 && exp(STEP.multiply(BigDecimal.valueOf(k + 1))).compareTo(BigDecimal.valueOf(distance)) <= 0) {
            k++;
        }
        return k;
    }

    /** The exponential series at x / 256, squared eight times, with 60 digits. */
    private static BigDecimal exp(BigDecimal x) {
        MathContext digits = new MathContext(60);
        BigDecimal small = x.divide(BigDecimal.valueOf(256), digits);
        BigDecimal term = BigDecimal.ONE;
        BigDecimal sum = BigDecimal.ONE;
        for (int n = 1; n < 60; n++) {
            term = term.multiply(small, digits).divide(BigDecimal.valueOf(n), digits);
            sum = sum.add(term, digits);
        }
        return sum.pow(256, digits);
    }

    @Test
    void logarithmicBucketsAreThePapersToTheSecond() {
        List<Long> boundaries = AttentionConfig.logarithmicBoundaries();
        assertEquals(128, boundaries.size());
        HstuAttention attention = new HstuAttention(1, 1, 1, boundaries);
        for (long boundary : boundaries) {
            for (long distance = Math.max(0, boundary - 2);
                    distance <= boundary + 1 && boundary < 1L << 40;
                    distance++) {
                assertEquals(bucket(distance), attention.bucket(distance, 0), "distance " + distance);
            }
        }
        assertEquals(0, attention.bucket(5, 5));
        assertEquals(0, attention.bucket(1, 0));
        assertEquals(2, attention.bucket(0, 2));
        assertEquals((int) (Math.log(86_400) / 0.301), attention.bucket(86_400, 0));
        assertEquals((int) (Math.log(3e7) / 0.301), attention.bucket(0, 30_000_000));
        assertEquals(128, attention.bucket(Long.MAX_VALUE, 0));
    }

    @ParameterizedTest
    @CsvSource({
        "article, true",
        "paper, false",
        "paper-large, false",
        "position-only, false",
        "sasrec, false",
        "best, false"
    })
    void aPresetMakesAModel(String name, boolean predictsRatings) {
        HstuConfig config = HstuConfig.preset(name);
        HstuModel model = new HstuModel(config, 10, 1);
        assertEquals(predictsRatings, model.predictsRatings());
        assertTrue(model.parameterCount() > 10L * config.width());
    }
}
