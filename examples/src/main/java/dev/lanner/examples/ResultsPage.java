package dev.lanner.examples;

import dev.lanner.hstu.data.LeaveOneOut;
import dev.lanner.hstu.eval.PopularityRanking;
import dev.lanner.hstu.train.Evaluation;
import dev.lanner.hstu.train.RunConfig;
import dev.lanner.hstu.train.TrainConfig;
import dev.lanner.nn.AtomicFiles;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/** The page of results in Markdown: a table of means beside what is published, and one of all runs. */
final class ResultsPage {
    private static final String INTRODUCTION = """
            # Results

            Written by `examples/Reproduce`; the figures of each run are in the folder beside this page. Every target is ranked against
            the full catalogue without the items that the user has seen. Leave-one-out: the last event is the test target, the one before
            it the validation target. The epoch is chosen by validation NDCG@10, and its test targets are read when training has ended: at
            the target's time, and for models with query time at the last event's too. Mean ± sample standard deviation over seeds;
            published rows in italics.
            """;

    private final Dataset dataset;
    private final String provenance;
    private final PublishedResult popularity;
    private final Map<Row, List<TrainedRun>> runs = new LinkedHashMap<>();

    /**
     * A page without runs yet.
     *
     * @param provenance what is known of the data's timestamps; empty for nothing
     */
    ResultsPage(Dataset dataset, String provenance) {
        this.dataset = dataset;
        this.provenance = provenance;
        // How much of a history counts is nothing to it.
        PopularityRanking ranking = new PopularityRanking(dataset.split(1));
        popularity = PublishedResult.of("popularity", ranking.evaluate(LeaveOneOut.Part.TEST));
        Row.ALL.forEach(row -> runs.put(row, new ArrayList<>()));
    }

    /**
     * Adds a run.
     *
     * @throws IOException if the row has runs with other settings
     */
    void add(Row row, TrainedRun run) throws IOException {
        List<TrainedRun> others = runs.get(row);
        if (!others.isEmpty() && !settings(run).isLike(settings(others.get(0)))) {
            throw new IOException("results: the runs of " + row.name() + " differ in more than their seeds");
        }
        others.add(run);
    }

    /** All but the seed. */
    private static RunConfig settings(TrainedRun run) {
        return run.config().with(Map.of("training.seed", 0));
    }

    /** Writes the page. */
    void write(Path file) throws IOException {
        AtomicFiles.write(file, out -> out.write(markdown().getBytes(StandardCharsets.UTF_8)));
    }

    String markdown() {
        StringBuilder out = new StringBuilder(INTRODUCTION);
        out.append('\n')
                .append(dataset.describe().replaceFirst("^data: ", "Data: "))
                .append(", fingerprint `");
        out.append(dataset.interactions().fingerprint()).append("`.\n");
        if (!provenance.isEmpty()) {
            out.append("Rows marked * depend on differences of timestamps, of which the data's own note says:\n\n> ");
            out.append(provenance.replace("\n", "\n> ")).append('\n');
        }
        out.append("\n| model | asked at | seeds |");
        PublishedResult.COLUMNS.forEach(column -> out.append(' ').append(column).append(" |"));
        out.append("\n|---|---|---|")
                .append("---|".repeat(PublishedResult.COLUMNS.size()))
                .append('\n');
        runs.forEach((row, of) -> {
            if (!of.isEmpty()) {
                means(out, row, of);
            }
        });
        single(out, "popularity", popularity, "");
        out.append(
                "\n| run | seed | parameters | epochs (best) | minutes (threads) | validation HR@10 | NDCG@10 | test HR@10"
                        + " | NDCG@10 | MRR | commit | command |\n");
        out.append("|---|---|---|---|---|---|---|---|---|---|---|---|\n");
        runs.forEach((row, of) -> of.forEach(run -> line(out, row, run)));
        return out.toString();
    }

    private void means(StringBuilder out, Row row, List<TrainedRun> of) {
        Variant variant = row.variant();
        String name = "`" + row.name() + "`"
                + (variant.setting() == null ? "" : " (`" + variant.preset() + "`, " + variant.difference() + ")")
                + (row.usesTimes() && !provenance.isEmpty() ? " *" : "");
        boolean queryTime = of.get(0).testAtLastEvent() != null;
        meanLine(
                out,
                name,
                queryTime ? "target's time" : "",
                of.stream().map(TrainedRun::test).toList());
        if (queryTime) {
            meanLine(
                    out,
                    name,
                    "last event",
                    of.stream().map(TrainedRun::testAtLastEvent).toList());
        }
        if (row.published() != null) {
            PublishedResult published = row.published();
            single(out, "*" + published.model() + ", " + published.source() + "*", published, "*");
        }
    }

    private static void single(StringBuilder out, String name, PublishedResult result, String emphasis) {
        out.append("| ").append(name).append(" | | |");
        result.figures()
                .forEach(figure -> out.append(' ')
                        .append(emphasis)
                        .append(figure)
                        .append(emphasis)
                        .append(" |"));
        out.append('\n');
    }

    private static void meanLine(StringBuilder out, String name, String asked, List<Evaluation> tests) {
        out.append("| ")
                .append(name)
                .append(" | ")
                .append(asked)
                .append(" | ")
                .append(tests.size())
                .append(" |");
        for (ToDoubleFunction<Evaluation> figure : PublishedResult.FIGURES.values()) {
            out.append(' ')
                    .append(Mean.of(tests.stream().mapToDouble(figure).toArray()))
                    .append(" |");
        }
        out.append('\n');
    }

    private static void line(StringBuilder out, Row row, TrainedRun run) {
        TrainConfig training = run.config().training();
        out.append(String.format(
                Locale.ROOT,
                "| `%s` | %d | %,d | %d (%d) | %.0f (%d) | %.4f | %.4f | %.4f | %.4f | %.4f | %s | `%s` |\n",
                row.name(),
                training.seed(),
                run.parameters(),
                run.epochs(),
                run.bestEpoch(),
                run.minutes(),
                run.threads(),
                run.validation().hitRate10(),
                run.validation().ndcg10(),
                run.test().hitRate10(),
                run.test().ndcg10(),
                run.test().mrr(),
                run.commit(),
                command(row, run)));
    }

    private static String command(Row row, TrainedRun run) {
        TrainConfig training = run.config().training();
        String preset = row.variant().preset();
        return "examples/Reproduce --data DIR --rows " + row.name() + " --seeds " + training.seed() + ".."
                + training.seed()
                + " --threads " + run.threads()
                + (training.epochs() == TrainConfig.preset(preset).epochs() ? "" : " --epochs " + training.epochs())
                + (run.backend().equals("cpu") ? "" : " -Dbackend=" + run.backend());
    }
}
