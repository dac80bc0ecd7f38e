package dev.lanner.hstu.model;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lanner.hstu.data.JaggedBatch;
import dev.lanner.tensor.Tensor;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What each switch of the configuration does to the model. */
class SwitchesTest {
    private static final int WIDTH = 6;

    private static HstuModel paper(long seed) {
        HstuConfig config = Batches.sized(HstuConfig.preset("paper"), 0.2);
        HstuModel model = new HstuModel(config, Batches.ITEMS, seed);
        model.eval();
        return model;
    }

    private static float[] states(HstuModel model, JaggedBatch batch) {
        return model.encode(Sequences.of(batch, model.config())).toFloats();
    }

    /** The paper's layer, equation by equation, in doubles, for one layer of one head. */
    @Test
    void thePapersEncoderIsItsEquations() {
        HstuConfig config = Batches.sized(HstuConfig.preset("paper"), 0.2)
                .with("blocks", 1)
                .with("attention.heads", 1)
                .with("attention.queryWidth", WIDTH)
                .with("attention.valueWidth", WIDTH);
        HstuModel model = new HstuModel(config, Batches.ITEMS, 3);
        model.eval();
        JaggedBatch batch = Batches.random(5, 7);
        float[] actual = states(model, batch);

        Map<String, Tensor> parameters = model.namedParameters();
        float[] items = parameters.get("items.weight").toFloats();
        float[] positions = parameters.get("input.positions").toFloats();
        float[] projection = parameters.get("blocks.0.input.weight").toFloats();
        float[] positionBias = parameters.get("blocks.0.position_bias").toFloats();
        float[] timeBias = parameters.get("blocks.0.time_bias").toFloats();
        float[] outputWeight = parameters.get("blocks.0.output.weight").toFloats();
        float[] outputBias = parameters.get("blocks.0.output.bias").toFloats();
        int n = batch.rows();
        double[][] x = new double[n][WIDTH];
        double[][] kqvu = new double[n][];
        for (int i = 0; i < n; i++) {
            for (int d = 0; d < WIDTH; d++) {
                x[i][d] = items[batch.items()[i] * WIDTH + d] * Math.sqrt(WIDTH) + positions[i * WIDTH + d];
            }
            kqvu[i] = silu(times(projection, normalised(x[i])));
        }
        for (int i = 0; i < n; i++) {
            double[] sum = new double[WIDTH];
            long asked = i + 1 < n ? batch.timestamps()[i + 1] : batch.targetTimestamps()[i];
            for (int j = 0; j <= i; j++) {
                double seconds = Math.max(1, Math.abs(asked - batch.timestamps()[j]));
                int bucket = (int) Math.min(128, Math.floor(Math.log(seconds) / 0.301));
                double score = positionBias[i - j + config.maxLength() - 1] + timeBias[bucket];
                for (int d = 0; d < WIDTH; d++) {
                    score += kqvu[i][WIDTH + d] * kqvu[j][d];
                }
                for (int d = 0; d < WIDTH; d++) {
                    sum[d] += silu(score) / 9 * kqvu[j][2 * WIDTH + d];
                }
            }
            double[] gated = normalised(sum);
            for (int d = 0; d < WIDTH; d++) {
                gated[d] *= kqvu[i][3 * WIDTH + d];
            }
            double[] output = times(outputWeight, gated);
            for (int d = 0; d < WIDTH; d++) {
                assertEquals(output[d] + outputBias[d] + x[i][d], actual[i * WIDTH + d], 2e-5, "row " + i);
            }
        }
    }

    /** The article's input layer, block and rating head, equation by equation, in doubles, for one block. */
    @Test
    void theArticlesModelIsItsEquations() {
        HstuConfig config = Batches.sized(HstuConfig.article(), 0.2)
                .with("blocks", 1)
                .with("attention.heads", 1)
                .with("attention.queryWidth", WIDTH)
                .with("attention.valueWidth", WIDTH)
                .with("initial.positionBias", new InitialValues(InitialValues.Distribution.NORMAL, 0.5))
                .with("initial.timeBias", new InitialValues(InitialValues.Distribution.NORMAL, 0.5));
        HstuModel model = new HstuModel(config, Batches.ITEMS, 3);
        model.eval();
        // Ones and zeros would hide what they do.
        model.namedParameters().get("blocks.0.norm_weight").assign(Tensor.of(new float[] {1, .5f, 2, -1, 3, 1}, WIDTH));
        model.namedParameters().get("blocks.0.norm_bias").assign(Tensor.of(new float[] {0, 1, -1, .5f, 0, 2}, WIDTH));
        JaggedBatch batch = Batches.random(5, 7);
        Tensor encoded = model.encode(Sequences.of(batch, model.config()));
        float[] actual = encoded.toFloats();
        float[] ratings = model.ratings(encoded, Tensor.of(batch.targetItems(), batch.rows()))
                .toFloats();

        Map<String, Tensor> parameters = model.namedParameters();
        float[] items = parameters.get("items.weight").toFloats();
        float[] actions = parameters.get("input.actions.weight").toFloats();
        float[] positionBias = parameters.get("blocks.0.position_bias").toFloats();
        float[] timeBias = parameters.get("blocks.0.time_bias").toFloats();
        float[] gamma = parameters.get("blocks.0.norm_weight").toFloats();
        float[] beta = parameters.get("blocks.0.norm_bias").toFloats();
        int n = batch.rows();
        double[][] x = new double[n][];
        double[][] kqvu = new double[n][];
        for (int i = 0; i < n; i++) {
            double[] both = joined(row(items, batch.items()[i]), row(actions, batch.actions()[i]));
            x[i] = layer(parameters, "input.output", silu(layer(parameters, "input.joined", both)));
            kqvu[i] = silu(layer(parameters, "blocks.0.input", x[i]));
        }
        for (int i = 0; i < n; i++) {
            double[] sum = new double[WIDTH];
            for (int j = 0; j <= i; j++) {
                long hours = (batch.timestamps()[i] - batch.timestamps()[j]) / 3600;
                int bucket = hours < 1 ? 0 : hours < 24 ? 1 : hours < 7 * 24 ? 2 : hours < 30 * 24 ? 3 : 4;
                double score = positionBias[i - j + config.maxLength() - 1] + timeBias[bucket];
                for (int d = 0; d < WIDTH; d++) {
                    score += kqvu[i][WIDTH + d] * kqvu[j][d];
                }
                for (int d = 0; d < WIDTH; d++) {
                    sum[d] += silu(score) / 9 * kqvu[j][2 * WIDTH + d];
                }
            }
            double[] gated = normalised(sum, 1e-5);
            for (int d = 0; d < WIDTH; d++) {
                gated[d] = (gated[d] * gamma[d] + beta[d]) * kqvu[i][3 * WIDTH + d];
            }
            double[] state = layer(parameters, "blocks.0.output", gated);
            for (int d = 0; d < WIDTH; d++) {
                state[d] += x[i][d];
                assertEquals(state[d], actual[i * WIDTH + d], 2e-5, "row " + i);
            }
            double[] both = joined(state, row(items, batch.targetItems()[i]));
            double[] rating = layer(parameters, "rating.output", silu(layer(parameters, "rating.hidden", both)));
            assertEquals(3 + rating[0], ratings[i], 2e-5, "rating of row " + i);
        }
    }

    private static double[] row(float[] table, int row) {
        return IntStream.range(row * WIDTH, (row + 1) * WIDTH)
                .mapToDouble(i -> table[i])
                .toArray();
    }

    private static double[] joined(double[] a, double[] b) {
        return DoubleStream.concat(Arrays.stream(a), Arrays.stream(b)).toArray();
    }

    /** SASRec's encoder, equation by equation, in doubles, for one block. */
    @Test
    void sasrecIsItsEquations() {
        HstuConfig config = Batches.sized(HstuConfig.preset("sasrec"), 0.2)
                .with("blocks", 1)
                .with("block.epsilon", 1e-6)
                .with("attention.heads", 1)
                .with("attention.queryWidth", WIDTH)
                .with("attention.valueWidth", WIDTH);
        HstuModel model = new HstuModel(config, Batches.ITEMS, 3);
        model.eval();
        JaggedBatch batch = Batches.random(5, 7);
        float[] actual = states(model, batch);

        Map<String, Tensor> parameters = model.namedParameters();
        float[] items = parameters.get("items.weight").toFloats();
        float[] positions = parameters.get("input.positions").toFloats();
        int n = batch.rows();
        double[][] norm = new double[n][];
        double[][] keys = new double[n][];
        double[][] values = new double[n][];
        for (int i = 0; i < n; i++) {
            double[] x = new double[WIDTH];
            for (int d = 0; d < WIDTH; d++) {
                x[d] = items[batch.items()[i] * WIDTH + d] * Math.sqrt(WIDTH) + positions[i * WIDTH + d];
            }
            norm[i] = normalised(x);
            keys[i] = layer(parameters, "blocks.0.keys", x);
            values[i] = layer(parameters, "blocks.0.values", x);
        }
        for (int i = 0; i < n; i++) {
            double[] query = layer(parameters, "blocks.0.queries", norm[i]);
            double[] sum = new double[WIDTH];
            double total = 0;
            for (int j = 0; j <= i; j++) {
                double score = 0;
                for (int d = 0; d < WIDTH; d++) {
                    score += query[d] * keys[j][d];
                }
                double weight = Math.exp(score / Math.sqrt(WIDTH));
                total += weight;
                for (int d = 0; d < WIDTH; d++) {
                    sum[d] += weight * values[j][d];
                }
            }
            for (int d = 0; d < WIDTH; d++) {
                sum[d] /= total;
            }
            double[] h = layer(parameters, "blocks.0.output", sum);
            for (int d = 0; d < WIDTH; d++) {
                h[d] += norm[i][d];
            }
            h = normalised(h);
            double[] hidden = Arrays.stream(layer(parameters, "blocks.0.hidden", h))
                    .map(v -> Math.max(0, v))
                    .toArray();
            double[] y = layer(parameters, "blocks.0.feed_forward", hidden);
            for (int d = 0; d < WIDTH; d++) {
                assertEquals(y[d] + h[d], actual[i * WIDTH + d], 2e-5, "row " + i);
            }
        }
    }

    private static double[] layer(Map<String, Tensor> parameters, String name, double[] x) {
        double[] y = times(parameters.get(name + ".weight").toFloats(), x);
        float[] bias = parameters.get(name + ".bias").toFloats();
        for (int i = 0; i < y.length; i++) {
            y[i] += bias[i];
        }
        return y;
    }

    private static double[] times(float[] weight, double[] x) {
        double[] y = new double[weight.length / x.length];
        for (int i = 0; i < weight.length; i++) {
            y[i / x.length] += weight[i] * x[i % x.length];
        }
        return y;
    }

    private static double silu(double x) {
        return x / (1 + Math.exp(-x));
    }

    private static double[] silu(double[] x) {
        return Arrays.stream(x).map(SwitchesTest::silu).toArray();
    }

    private static double[] normalised(double[] x) {
        return normalised(x, 1e-6);
    }

    private static double[] normalised(double[] x, double epsilon) {
        double mean = Arrays.stream(x).average().orElseThrow();
        double variance =
                Arrays.stream(x).map(v -> (v - mean) * (v - mean)).average().orElseThrow();
        return Arrays.stream(x)
                .map(v -> (v - mean) / Math.sqrt(variance + epsilon))
                .toArray();
    }

    @Test
    void queryTimeIsThatOfTheNextEventAndOfTheRequest() {
        HstuModel model = paper(1);
        JaggedBatch batch = Batches.random(2, 4, 5);
        float[] before = states(model, batch);
        // The target's time of a row that is not its sequence's last is the next row's, which is what counts.
        batch.targetTimestamps()[1] += 90_000_000;
        assertArrayEquals(before, states(model, batch));
        batch.targetTimestamps()[8] += 90_000_000;
        float[] later = states(model, batch);
        assertArrayEquals(Arrays.copyOf(before, 8 * WIDTH), Arrays.copyOf(later, 8 * WIDTH));
        assertFalse(Arrays.equals(before, later), "the request's time changes the last state");
        JaggedBatch own = batch.askedAtLastEvent();
        assertEquals(own.timestamps()[8], own.queryTimes()[8]);
        assertEquals(own.timestamps()[8], own.queryTimes()[7]);
        assertEquals(own.timestamps()[3], own.queryTimes()[3]);
    }

    @Test
    void aModelWithoutQueryTimeDoesNotLookAtTheTargetsTime() {
        HstuConfig config = Batches.sized(HstuConfig.preset("paper"), 0).with("attention.queryTime", false);
        HstuModel model = new HstuModel(config, Batches.ITEMS, 1);
        JaggedBatch batch = Batches.random(2, 4, 5);
        assertArrayEquals(states(model, batch), states(model, batch.askedAtLastEvent()));
    }

    @ParameterizedTest
    @EnumSource(RelativeBias.class)
    void theBiasHasTheTermsThatAreAskedFor(RelativeBias bias) {
        HstuConfig config = Batches.sized(HstuConfig.article(), 0).with("attention.bias", bias);
        HstuModel model = new HstuModel(config, Batches.ITEMS, 1);
        Set<String> names = model.namedParameters().keySet();
        assertEquals(bias.position(), names.contains("blocks.0.position_bias"));
        assertEquals(bias.time(), names.contains("blocks.0.time_bias"));
        names.stream()
                .filter(name -> name.endsWith("position_bias") || name.endsWith("time_bias"))
                .forEach(name -> {
                    Tensor table = model.namedParameters().get(name);
                    table.assign(Tensor.arange(table.dtype(), table.size(0)));
                });
        JaggedBatch batch = Batches.random(2, 5);
        float[] before = states(model, batch);
        batch.timestamps()[0] -= 80_000_000;
        assertEquals(bias.time(), !Arrays.equals(before, states(model, batch)));
    }

    /** Tables of one number each too, which are vectors. */
    @ParameterizedTest
    @EnumSource(InitialValues.Distribution.class)
    void everyParameterMayBeginWithEveryDistribution(InitialValues.Distribution distribution) {
        HstuConfig config = Batches.sized(HstuConfig.preset("paper"), 0);
        InitialValues values = new InitialValues(distribution, 0.25);
        for (String name : new String[] {"items", "positions", "projection", "output", "positionBias", "timeBias"}) {
            config = config.with("initial." + name, values);
        }
        HstuModel model = new HstuModel(config, Batches.ITEMS, 1);
        float[] bias = model.namedParameters().get("blocks.0.time_bias").toFloats();
        assertTrue(bias[0] != 0 && Math.abs(bias[0]) < 1, () -> "bias " + bias[0]);
    }

    @Test
    void headsMayHaveWidthsOfTheirOwn() {
        HstuConfig config = Batches.sized(HstuConfig.preset("paper"), 0)
                .with("attention.queryWidth", 2)
                .with("attention.valueWidth", 5);
        HstuModel model = new HstuModel(config, Batches.ITEMS, 1);
        Map<String, Tensor> parameters = model.namedParameters();
        assertEquals(8, parameters.get("blocks.0.input.weight").size(0));
        assertEquals(20, parameters.get("blocks.0.input_of_values.weight").size(0));
        assertEquals(10, parameters.get("blocks.0.output.weight").size(1));
        assertEquals(5 * WIDTH, states(model, Batches.random(1, 5)).length);
    }

    @Test
    void partsThatAreSwitchedOffHaveNoParameters() {
        Set<String> names = paper(1).namedParameters().keySet();
        assertTrue(names.contains("input.positions"));
        assertTrue(names.contains("blocks.1.output.bias"));
        assertTrue(names.contains("blocks.1.time_bias"));
        for (String missing : new String[] {
            "blocks.0.input.bias",
            "blocks.0.norm_weight",
            "blocks.0.norm_bias",
            "rating.hidden.weight",
            "input.actions.weight"
        }) {
            assertFalse(names.contains(missing), missing);
        }
    }

    @Test
    void aModelThatIsNotTrainedOnRatingsPredictsNone() {
        HstuModel model = paper(1);
        assertFalse(model.predictsRatings());
        JaggedBatch batch = Batches.random(2, 4);
        assertEquals(0, model.losses(batch).rating().item());
        Tensor states = model.encode(Sequences.of(batch, model.config()));
        Tensor items = Tensor.of(new int[] {1, 2, 3, 4}, 4);
        assertThrows(IllegalStateException.class, () -> model.ratings(states, items));
    }

    @Test
    void withoutNegativesTheLossIsOverAllItems() {
        HstuConfig config = Batches.sized(HstuConfig.article(), 0).with("loss.negatives", 0);
        HstuModel model = new HstuModel(config, Batches.ITEMS, 1);
        JaggedBatch batch = Batches.random(2, 4, 1);
        Tensor states = model.encode(Sequences.of(batch, model.config()));
        float[] scores = model.scores(states).toFloats();
        double sum = 0;
        for (int row = 0; row < 5; row++) {
            int at = row * (Batches.ITEMS + 1);
            double total = 0;
            for (int item = 1; item <= Batches.ITEMS; item++) {
                total += Math.exp((scores[at + item] - scores[at + batch.targetItems()[row]]) / 0.2);
            }
            sum += Math.log(total);
        }
        assertEquals(sum / 5, model.losses(batch).retrieval().item(), 1e-5);
    }

    @Test
    void aFusedInputWithoutActionsDoesNotKnowThem() {
        HstuConfig config = Batches.sized(HstuConfig.article(), 0).with("input", InputKind.FUSED_ITEM);
        HstuModel model = new HstuModel(config, Batches.ITEMS, 1);
        JaggedBatch batch = Batches.random(2, 4);
        float[] before = states(model, batch);
        Arrays.fill(batch.actions(), 1);
        assertArrayEquals(before, states(model, batch));
        batch.items()[1] = batch.items()[1] % Batches.ITEMS + 1;
        assertFalse(Arrays.equals(before, states(model, batch)));
    }

    /** Added rows of the tables, bucket by bucket; in an encoder without blocks' influence, as their outputs are zero. */
    @Test
    void featuresAreAddedToTheInput() {
        HstuConfig config = Batches.sized(HstuConfig.preset("paper"), 0)
                .with("features.actions", true)
                .with("features.queryGap", true);
        HstuModel model = new HstuModel(config, Batches.ITEMS, 3);
        model.namedParameters().forEach((name, parameter) -> {
            if (name.startsWith("blocks.") && name.contains("output")) {
                parameter.assign(Tensor.zeros(parameter.dtype(), parameter.shape()));
            }
        });
        JaggedBatch batch = Batches.random(5, 4, 3);
        float[] actual = states(model, batch);
        Map<String, Tensor> parameters = model.namedParameters();
        float[] items = parameters.get("items.weight").toFloats();
        float[] positions = parameters.get("input.positions").toFloats();
        float[] actions = parameters.get("input.actions.weight").toFloats();
        float[] gaps = parameters.get("input.gaps").toFloats();
        assertEquals(129 * WIDTH, gaps.length);
        for (int i = 0; i < batch.rows(); i++) {
            double seconds = Math.max(1, batch.queryTimes()[i] - batch.timestamps()[i]);
            int bucket = (int) Math.min(128, Math.floor(Math.log(seconds) / 0.301));
            for (int d = 0; d < WIDTH; d++) {
                double sum = items[batch.items()[i] * WIDTH + d] * Math.sqrt(WIDTH)
                        + positions[batch.positions()[i] * WIDTH + d]
                        + actions[batch.actions()[i] * WIDTH + d]
                        + gaps[bucket * WIDTH + d];
                assertEquals(sum, actual[i * WIDTH + d], 1e-5, "row " + i);
            }
        }
    }

    @Test
    void featuresGoWithPositionsOnly() {
        assertEquals(
                "config: features go with input ITEM_POSITION, found FUSED_ACTION",
                assertThrows(
                                IllegalArgumentException.class,
                                () -> HstuConfig.article().with("features.actions", true))
                        .getMessage());
        assertEquals(
                "config: features.queryGap needs attention.queryTime",
                assertThrows(
                                IllegalArgumentException.class,
                                () -> HstuConfig.preset("position-only").with("features.queryGap", true))
                        .getMessage());
    }

    @Test
    void positionsCountFromTheOldestEvent() {
        JaggedBatch batch = Batches.random(2, 3, 0, 2);
        assertArrayEquals(new int[] {0, 1, 2, 0, 1}, batch.positions());
        HstuModel model = paper(4);
        float[] before = states(model, batch);
        Tensor positions = model.namedParameters().get("input.positions");
        float[] values = positions.toFloats();
        values[2 * WIDTH] += 1;
        positions.assign(Tensor.of(values, positions.size(0), WIDTH));
        float[] after = states(model, batch);
        for (int row = 0; row < 5; row++) {
            int from = row * WIDTH;
            boolean same = Arrays.equals(before, from, from + WIDTH, after, from, from + WIDTH);
            assertEquals(row != 2, same, "row " + row);
        }
    }
}
