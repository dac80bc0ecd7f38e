package dev.lanner.examples;

import dev.lanner.hstu.eval.RankingMetrics;
import dev.lanner.hstu.eval.RatingCalibration;
import dev.lanner.hstu.eval.RatingCalibration.Bin;
import dev.lanner.hstu.train.EpochMetrics;
import dev.lanner.hstu.train.Evaluation;
import dev.lanner.hstu.train.RunConfig;
import dev.lanner.nn.AtomicFiles;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;
import org.jsoup.Jsoup;
import org.jsoup.nodes.Document;
import org.jsoup.nodes.Element;

/**
 * A training run as one page, {@code report.html}, that needs nothing else: curves, what the attention bias learned, rating calibration,
 * and the results beside published ones. It has no times and dates: the same run gives the same bytes.
 *
 * @param config of the run
 * @param data one line about the data
 * @param parameters how many the model has
 * @param history an entry for each epoch, at least one
 * @param best the epoch that was chosen
 * @param outcome what the chosen model does
 */
record RunReport(
        RunConfig config,
        String data,
        long parameters,
        List<EpochMetrics> history,
        EpochMetrics best,
        Outcome outcome) {
    private static final String TEMPLATE = "report.html";
    private static final int BINS = 10;
    private static final double LEAST_RATING = 1;
    private static final double GREATEST_RATING = 5;
    private static final double BIN_MARGIN = 0.25;

    /**
     * What a trained model does.
     *
     * @param test on the test targets; of a model with query time asked at the time of the target
     * @param testAtLastEvent the same asked at the time of the last event; null for a model without query time
     * @param popularity the popularity ranking on the test targets
     * @param calibration of the ratings of the validation targets
     * @param bias the relative attention bias
     */
    record Outcome(
            Evaluation test,
            Evaluation testAtLastEvent,
            RankingMetrics popularity,
            RatingCalibration calibration,
            BiasCurves bias) {
        boolean queryTime() {
            return testAtLastEvent != null;
        }
    }

    /** Replaces the file. */
    void write(Path file) throws IOException {
        byte[] page = html().outerHtml().getBytes(StandardCharsets.UTF_8);
        AtomicFiles.write(file, out -> out.write(page));
    }

    Document html() throws IOException {
        Document page;
        try (InputStream template = RunReport.class.getResourceAsStream(TEMPLATE)) {
            page = Jsoup.parse(template, StandardCharsets.UTF_8.name(), "");
        }
        page.outputSettings().prettyPrint(false);
        String title = "HSTU, preset " + config.model().preset() + ", on " + config.dataset();
        page.title(title);
        page.expectFirst("h1").text(title);
        page.expectFirst("#data").text(data);
        summary(page.expectFirst("#summary"));
        settings(page.expectFirst("#settings"));
        page.expectFirst("#config").text(new String(config.toJson(), StandardCharsets.UTF_8));
        results(page.expectFirst("#results"));
        curves(page);
        bias(page);
        if (predictsRatings()) {
            ratings(page);
        } else {
            removeRatings(page);
        }
        epochs(page.expectFirst("#epochs"));
        return page;
    }

    private void summary(Element list) {
        Evaluation test = outcome.test();
        String targets = outcome.queryTime() ? "test, asked at the target's time" : "test";
        card(list, "HR@10", share(test.hitRate10()), targets);
        card(list, "NDCG@10", share(test.ndcg10()), targets);
        card(list, "MRR", share(test.mrr()), targets);
        if (predictsRatings()) {
            card(list, "rating RMSE", share(test.ratingRmse()), "test");
        }
        card(list, "best epoch", best.epoch() + " of " + history.size(), "by validation NDCG@10");
    }

    private static void card(Element list, String name, String value, String note) {
        Element card = list.appendElement("div");
        card.appendElement("dt").text(name);
        card.appendElement("dd").text(value).appendElement("small").text(note);
    }

    private void settings(Element table) {
        setting(table, "width D", config.model().width());
        setting(table, "blocks", config.model().blocks());
        setting(table, "heads", config.model().attention().heads());
        setting(table, "attention", config.model().attention().activation());
        setting(table, "relative bias", config.model().attention().bias());
        setting(table, "longest history", config.model().maxLength());
        setting(table, "parameters", String.format(Locale.ROOT, "%,d", parameters));
        setting(table, "dropout", config.model().dropout());
        setting(table, "negatives", config.model().loss().negatives());
        setting(table, "temperature", config.model().loss().temperature());
        setting(table, "batch size", config.training().batchSize());
        setting(table, "learning rate", config.training().learningRate());
        setting(table, "seed", config.training().seed());
    }

    private static void setting(Element table, String name, Object value) {
        Element row = table.appendElement("tr");
        row.appendElement("th").attr("scope", "row").text(name);
        row.appendElement("td").text(value.toString());
    }

    private void results(Element table) {
        Element head = table.appendElement("thead").appendElement("tr");
        head.appendElement("th").text("model");
        head.appendElement("th").text("source");
        PublishedResult.COLUMNS.forEach(
                column -> head.appendElement("th").addClass("number").text(column));
        Element body = table.appendElement("tbody");
        if (outcome.queryTime()) {
            own(body, "this run, asked at the target's time", outcome.test());
            own(body, "this run, asked at the last event's time", outcome.testAtLastEvent());
        } else {
            own(body, "this run", outcome.test());
        }
        result(body, PublishedResult.of("popularity, on the same data", outcome.popularity()))
                .addClass("own");
        PublishedResult.ALL.forEach(published -> result(body, published));
    }

    private static void own(Element body, String name, Evaluation test) {
        result(body, PublishedResult.of(name, test)).addClass("own");
    }

    private static Element result(Element body, PublishedResult result) {
        Element row = body.appendElement("tr");
        row.appendElement("th").attr("scope", "row").text(result.model());
        row.appendElement("td").text(result.source());
        result.figures()
                .forEach(figure -> row.appendElement("td").addClass("number").text(figure));
        return row;
    }

    private void curves(Document page) throws IOException {
        double[] epochs = epochValues(EpochMetrics::epoch);
        Figure losses =
                new Figure("loss", "epoch", "training loss").add("total", epochs, epochValues(EpochMetrics::loss));
        if (predictsRatings()) {
            losses.add("retrieval", epochs, epochValues(EpochMetrics::retrievalLoss))
                    .add("rating (squared error, not weighted)", epochs, epochValues(EpochMetrics::ratingLoss));
        }
        put(page, losses, "Training losses by epoch");
        put(
                page,
                new Figure("ranking", "epoch", "validation")
                        .add("HR@10", epochs, epochValues(e -> e.validation().hitRate10()))
                        .add("NDCG@10", epochs, epochValues(e -> e.validation().ndcg10()))
                        .add("HR@50", epochs, epochValues(e -> e.validation().hitRate50()))
                        .add("HR@200", epochs, epochValues(e -> e.validation().hitRate200()))
                        .add("MRR", epochs, epochValues(e -> e.validation().mrr())),
                "Ranking of the validation targets by epoch");
    }

    private void ratings(Document page) throws IOException {
        double[] epochs = epochValues(EpochMetrics::epoch);
        put(
                page,
                new Figure("rating-errors", "epoch", "error of predicted ratings")
                        .add("RMSE", epochs, epochValues(e -> e.validation().ratingRmse()))
                        .add("MAE", epochs, epochValues(e -> e.validation().ratingMae())),
                "Errors of the ratings predicted for the validation targets by epoch");
        calibration(page);
    }

    private double[] epochValues(ToDoubleFunction<EpochMetrics> value) {
        return history.stream().mapToDouble(value).toArray();
    }

    private void bias(Document page) throws IOException {
        BiasCurves bias = outcome.bias();
        Figure times = new Figure("time-bias", "time bucket", "bias");
        Figure positions = new Figure("position-bias", "events between the two, 0 is the event itself", "bias");
        List<double[]> timeCurves = bias.times();
        List<double[]> positionCurves = bias.positions();
        for (int block = 0; block < timeCurves.size(); block++) {
            times.add("block " + (block + 1), places(1, timeCurves.get(block)), timeCurves.get(block));
        }
        for (int block = 0; block < positionCurves.size(); block++) {
            positions.add("block " + (block + 1), places(0, positionCurves.get(block)), positionCurves.get(block));
        }
        if (timeCurves.isEmpty() && positionCurves.isEmpty()) {
            page.expectFirst("#bias").remove();
            return;
        }
        if (timeCurves.isEmpty()) {
            page.expectFirst("#time-buckets").remove();
        } else {
            buckets(page.expectFirst("#time-buckets"), bias.bucketNames(), timeCurves);
        }
        putOrRemove(page, "time-bias", times, timeCurves.isEmpty(), "Learned time bias of each block");
        putOrRemove(page, "position-bias", positions, positionCurves.isEmpty(), "Learned position bias of each block");
    }

    /** The values of the time-bias curves, with the names that the numbers on the axis stand for. */
    private static void buckets(Element table, List<String> names, List<double[]> curves) {
        Element head = table.appendElement("thead").appendElement("tr");
        head.appendElement("th").addClass("number").text("bucket");
        head.appendElement("th").text("time between");
        for (int block = 1; block <= curves.size(); block++) {
            head.appendElement("th").addClass("number").text("block " + block);
        }
        Element body = table.appendElement("tbody");
        for (int bucket = 0; bucket < names.size(); bucket++) {
            Element row = body.appendElement("tr");
            number(row, Integer.toString(bucket + 1));
            row.appendElement("td").text(names.get(bucket));
            for (double[] curve : curves) {
                number(row, share(curve[bucket]));
            }
        }
    }

    private static double[] places(int first, double[] values) {
        return IntStream.range(first, first + values.length).asDoubleStream().toArray();
    }

    private boolean predictsRatings() {
        return config.model().loss().predictsRatings();
    }

    private static void removeRatings(Document page) {
        page.expectFirst("#rating-errors").remove();
        page.expectFirst("#calibration").remove();
        page.expectFirst("#bins").closest("details").remove();
    }

    private void calibration(Document page) throws IOException {
        List<Bin> bins = outcome.calibration().bins(BINS);
        double[] predicted = bins.stream().mapToDouble(Bin::predicted).toArray();
        double[] rating = bins.stream().mapToDouble(Bin::rating).toArray();
        double low = Math.max(LEAST_RATING, predicted[0] - BIN_MARGIN);
        double high = Math.min(GREATEST_RATING, predicted[predicted.length - 1] + BIN_MARGIN);
        put(
                page,
                new Figure("calibration", "mean predicted rating", "mean rating given")
                        .add("tenths of the validation targets, by prediction", predicted, rating)
                        .addReference("as predicted", new double[] {low, high}, new double[] {low, high}),
                "Mean rating given against mean predicted rating");
        Element body = page.expectFirst("#bins");
        for (Bin bin : bins) {
            Element row = body.appendElement("tr");
            number(row, Integer.toString(bin.count()));
            number(row, share(bin.predicted()));
            number(row, share(bin.rating()));
        }
    }

    private void epochs(Element table) {
        List<String> columns = new ArrayList<>(List.of(EpochMetrics.CSV_HEADER.split(",", -1)));
        Element head = table.appendElement("thead").appendElement("tr");
        columns.forEach(column -> head.appendElement("th").addClass("number").text(column));
        Element body = table.appendElement("tbody");
        for (EpochMetrics metrics : history) {
            Element row = body.appendElement("tr");
            if (metrics.equals(best)) {
                row.addClass("own");
            }
            for (String cell : metrics.toCsv().split(",", -1)) {
                number(row, cell.contains(".") ? share(Double.parseDouble(cell)) : cell);
            }
        }
    }

    private static void number(Element row, String text) {
        row.appendElement("td").addClass("number").text(text);
    }

    private static String share(double value) {
        return String.format(Locale.ROOT, "%.4f", value);
    }

    private static void put(Document page, Figure figure, String description) throws IOException {
        page.expectFirst("#" + figure.id()).prependChild(figure.svg(description));
    }

    private static void putOrRemove(Document page, String id, Figure figure, boolean remove, String description)
            throws IOException {
        if (remove) {
            page.expectFirst("#" + id).remove();
        } else {
            put(page, figure, description);
        }
    }
}
