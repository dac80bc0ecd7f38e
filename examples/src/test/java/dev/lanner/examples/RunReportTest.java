package dev.lanner.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lanner.hstu.eval.RankingMetrics;
import dev.lanner.hstu.eval.RatingCalibration;
import dev.lanner.hstu.model.HstuConfig;
import dev.lanner.hstu.train.EpochMetrics;
import dev.lanner.hstu.train.Evaluation;
import dev.lanner.hstu.train.RunConfig;
import dev.lanner.hstu.train.TrainConfig;
import dev.lanner.nn.Safetensors;
import dev.lanner.tensor.DType;
import dev.lanner.tensor.Shape;
import dev.lanner.tensor.Tensor;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.xml.parsers.DocumentBuilderFactory;
import org.jsoup.Jsoup;
import org.jsoup.nodes.Attribute;
import org.jsoup.nodes.Document;
import org.jsoup.nodes.Element;
import org.jsoup.parser.Parser;
import org.jsoup.select.Elements;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Loads the page that a training run writes. */
class RunReportTest {
    private static final List<String> FIGURES =
            List.of("loss", "ranking", "rating-errors", "calibration", "time-bias", "position-bias");
    private static final int EPOCHS = 3;

    @TempDir
    private static Path scratch;

    private static Path run;
    private static String result;
    private static Document page;

    @BeforeAll
    static void train() throws IOException {
        run = scratch.resolve("run");
        Path data = TinyData.write(scratch.resolve("tiny"), 7);
        result = Outcome.inProcess("--data", data, "--batch-size", 16, "--epochs", EPOCHS, "--out", run)
                .result();
        page = read(run.resolve("report.html"));
    }

    private static Document read(Path file) throws IOException {
        Parser parser = Parser.htmlParser().setTrackErrors(100);
        Document document = parser.parseInput(Files.readString(file), "");
        assertEquals(
                List.of(), parser.getErrors().stream().map(Object::toString).toList(), "errors of the HTML parser");
        return document;
    }

    @Test
    void everyFigureIsValidSvg() throws Exception {
        for (String id : FIGURES) {
            assertSvg(id, page.expectFirst("figure#" + id + " > svg"));
            assertFalse(
                    page.expectFirst("figure#" + id + " > figcaption").text().isEmpty(), id);
        }
        assertEquals(FIGURES.size(), page.select("svg").size());
    }

    private static void assertSvg(String id, Element svg) throws Exception {
        assertEquals("0 0 640 340", svg.attr("viewBox"), id);
        assertFalse(svg.attr("aria-label").isEmpty(), id);
        String xml = Jsoup.parse(svg.outerHtml(), "", Parser.xmlParser())
                .outputSettings(new Document.OutputSettings().syntax(Document.OutputSettings.Syntax.xml))
                .outerHtml();
        DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(new ByteArrayInputStream(xml.getBytes(StandardCharsets.UTF_8)));
        assertFalse(xml.contains("NaN"), id);
        assertFalse(svg.select("[style*=--series-1]").isEmpty(), () -> id + " has no line");
        Matcher use = Pattern.compile("url\\(#([^)]+)\\)").matcher(xml);
        assertTrue(use.find(), id);
        do {
            assertEquals(1, page.select("[id=" + use.group(1) + "]").size(), use.group());
        } while (use.find());
        // What the page's colours do not reach would be unreadable on dark ground.
        assertFalse(xml.contains("rgb("), id);
    }

    @Test
    void idsAreUnique() {
        Set<String> ids = new HashSet<>();
        for (Element element : page.select("[id]")) {
            assertTrue(ids.add(element.id()), element.id());
        }
    }

    @Test
    void nothingIsLoadedFromElsewhere() throws IOException {
        assertEquals(
                0,
                page.select("script, link, img, iframe, object, embed, image, use, [src], [srcset], base")
                        .size());
        for (Element element : page.getAllElements()) {
            for (Attribute attribute : element.attributes()) {
                boolean namespace = attribute.getKey().startsWith("xmlns");
                assertTrue(namespace || !attribute.getValue().contains("//"), attribute::toString);
                assertFalse(attribute.getKey().startsWith("on"), attribute::toString);
            }
        }
        String style = page.expectFirst("style").data();
        assertFalse(style.contains("url(") || style.contains("@import"), style);
    }

    @Test
    void figuresAreThoseOfTheRun() throws IOException {
        List<String> csv = Files.readAllLines(run.resolve("metrics.csv"));
        Elements rows = page.select("#epochs tbody tr");
        assertEquals(EPOCHS, rows.size());
        for (int epoch = 1; epoch <= EPOCHS; epoch++) {
            List<String> expected = new ArrayList<>();
            for (String cell : csv.get(epoch).split(",", -1)) {
                expected.add(cell.contains(".") ? String.format(Locale.ROOT, "%.4f", Double.parseDouble(cell)) : cell);
            }
            assertEquals(expected, rows.get(epoch - 1).select("td").eachText());
        }
        assertEquals(
                List.of(csv.get(0).split(",", -1)),
                page.select("#epochs thead th").eachText());
        List<String> cards =
                page.select("#summary dd").stream().map(Element::ownText).toList();
        assertTrue(result.contains(" test_hr@10=" + cards.get(0).split(" ", -1)[0] + " "), result);
        assertTrue(result.contains(" test_ndcg@10=" + cards.get(1).split(" ", -1)[0] + " "), result);
        assertTrue(result.contains(" test_mrr=" + cards.get(2).split(" ", -1)[0] + " "), result);
        assertTrue(result.contains(" rating_rmse=" + cards.get(3).split(" ", -1)[0] + " "), result);
        assertTrue(result.contains(" epochs=3 best_epoch=" + cards.get(4).split(" ", -1)[0] + " "), result);
        int events = 0;
        for (Element row : page.select("#bins tr")) {
            events += Integer.parseInt(row.expectFirst("td").text());
        }
        assertEquals(40, events, "one validation target for each user");
    }

    @Test
    void resultStandsBesideThePublishedOnes() {
        Elements rows = page.select("#results tbody tr");
        assertEquals(2 + PublishedResult.ALL.size(), rows.size());
        List<String> own = rows.get(0).select("td").eachText();
        assertEquals("", rows.get(0).expectFirst("td").text());
        assertTrue(result.contains(" test_hr@10=0" + own.get(own.size() - 6) + " "), result);
        assertTrue(result.contains(" test_ndcg@10=0" + own.get(own.size() - 5) + " "), result);
        assertTrue(result.contains(" test_hr@50=0" + own.get(own.size() - 4) + " "), result);
        assertTrue(result.contains(" test_hr@200=0" + own.get(own.size() - 2) + " "), result);
        List<String> popularity = rows.get(1).select("td").eachText();
        assertTrue(result.endsWith(" pop_hr@10=0" + popularity.get(popularity.size() - 6)), result);
        for (PublishedResult published : PublishedResult.ALL) {
            assertFalse(published.source().isEmpty());
            assertEquals(PublishedResult.COLUMNS.size(), published.figures().size());
        }
        assertEquals(
                "HSTU-large (query time) RecTools, HSTU tutorial .3642 .2164 .6194 .2735 .8031 .3015",
                rows.get(rows.size() - 1).text());
    }

    @Test
    void biasCurvesAreTheParameters() throws IOException {
        Map<String, Tensor> parameters =
                Safetensors.read(run.resolve("model.safetensors")).tensors();
        HstuConfig config = HstuConfig.article();
        BiasCurves curves = new BiasCurves(config, parameters);
        assertEquals(List.of("< 1 h", "1 h – 1 d", "1 d – 7 d", "7 d – 30 d", "≥ 30 d"), curves.bucketNames());
        for (int block = 0; block < 2; block++) {
            float[] times = parameters.get("blocks." + block + ".time_bias").toFloats();
            float[] positions =
                    parameters.get("blocks." + block + ".position_bias").toFloats();
            assertEquals(times[4], curves.times().get(block)[4]);
            assertEquals(
                    String.format(Locale.ROOT, "%.4f", times[4]),
                    page.expectFirst("#time-buckets tbody")
                            .child(4)
                            .child(2 + block)
                            .text());
            assertEquals(5, curves.times().get(block).length);
            assertEquals(positions[199], curves.positions().get(block)[0], "the event itself");
            assertEquals(positions[398], curves.positions().get(block)[199], "the most distant one");
            assertEquals(200, curves.positions().get(block).length);
        }
        assertEquals(List.of(), new BiasCurves(config, Map.of()).times());
    }

    @Test
    void textIsEscapedAndAModelWithoutBiasHasNoFigureOfIt() throws IOException {
        HstuConfig config = HstuConfig.article();
        String hostile = "<script>alert('&')</script>";
        Evaluation evaluation = new Evaluation(1, 1, 1, 1, 1, 1, 1, 1, 1);
        EpochMetrics epoch = new EpochMetrics(1, 1, 1, 1, 1, evaluation);
        RatingCalibration calibration = new RatingCalibration();
        calibration.add(3, 4);
        Path file = scratch.resolve("hostile.html");
        new RunReport(
                        new RunConfig(hostile, "0", 1, config, TrainConfig.ARTICLE.onSample()),
                        hostile,
                        1,
                        List.of(epoch),
                        epoch,
                        new RunReport.Outcome(
                                evaluation, null, new RankingMetrics(), calibration, new BiasCurves(config, Map.of())))
                .write(file);
        Document other = read(file);
        assertEquals(0, other.select("script").size());
        assertEquals(hostile, other.expectFirst("#data").text());
        assertTrue(other.title().contains(hostile));
        assertEquals(
                List.of("loss", "ranking", "rating-errors", "calibration"),
                other.select("figure").eachAttr("id"));
        assertEquals(0, other.select("#bias, #time-buckets").size());
    }

    /** The page of a model without rating head after an epoch. */
    private static Document unrated(
            HstuConfig config, Evaluation test, Evaluation atLastEvent, Map<String, Tensor> parameters)
            throws IOException {
        EpochMetrics epoch = new EpochMetrics(1, 1, 1, 1, 0, test);
        Path file = scratch.resolve("unrated.html");
        new RunReport(
                        new RunConfig("x", "0", 1, config, TrainConfig.PAPER),
                        "x",
                        1,
                        List.of(epoch),
                        epoch,
                        new RunReport.Outcome(
                                test,
                                atLastEvent,
                                new RankingMetrics(),
                                new RatingCalibration(),
                                new BiasCurves(config, parameters)))
                .write(file);
        return read(file);
    }

    @Test
    void aModelWithoutRatingHeadHasNoFigureOfRatings() throws IOException {
        HstuConfig config = HstuConfig.preset("position-only");
        Evaluation evaluation = new Evaluation(1, 1, 1, 1, 1, 1, 1, 0, 0);
        Map<String, Tensor> parameters = Map.of("blocks.0.position_bias", Tensor.zeros(DType.F32, Shape.of(399)));
        Document other = unrated(config, evaluation, null, parameters);
        assertEquals(
                List.of("loss", "ranking", "position-bias"),
                other.select("figure").eachAttr("id"));
        assertEquals(0, other.select("#bins, #time-buckets").size());
        assertFalse(other.expectFirst("#summary").text().contains("RMSE"));
    }

    @Test
    void aModelWithQueryTimeShowsBothWaysOfAsking() throws IOException {
        HstuConfig config = HstuConfig.preset("paper");
        Evaluation atTarget = new Evaluation(0.5, 0.25, 0.5, 0.25, 0.5, 0.25, 0.125, 0, 0);
        Evaluation atLastEvent = new Evaluation(0.375, 0.125, 0.5, 0.25, 0.5, 0.25, 0.125, 0, 0);
        Document other = unrated(config, atTarget, atLastEvent, Map.of());
        assertEquals(
                "this run, asked at the target's time .5000 .2500 .5000 .2500 .5000 .2500",
                other.select("#results tr.own").get(0).text());
        assertEquals(
                "this run, asked at the last event's time .3750 .1250 .5000 .2500 .5000 .2500",
                other.select("#results tr.own").get(1).text());
        assertEquals(
                "test, asked at the target's time",
                other.expectFirst("#summary dd small").text());
    }

    @Test
    void everySettingIsThere() throws IOException {
        assertEquals(
                Files.readString(run.resolve("config.json")).strip(),
                page.expectFirst("#config").wholeText().strip());
    }
}
