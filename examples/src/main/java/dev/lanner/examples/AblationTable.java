package dev.lanner.examples;

import dev.lanner.hstu.train.Evaluation;
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

/** The figures of an ablation: for each variant mean and spread, the sample standard deviation, over its runs. */
final class AblationTable {
    private static final String MARKDOWN = "ablation.md";
    private static final String CSV = "ablation.csv";
    private static final String RMSE = "RMSE";
    private static final Map<String, ToDoubleFunction<Evaluation>> FIGURES =
            new LinkedHashMap<>(PublishedResult.FIGURES);

    static {
        FIGURES.put("MRR", Evaluation::mrr);
        FIGURES.put(RMSE, Evaluation::ratingRmse);
    }

    private final Map<Variant, List<Evaluation>> runs = new LinkedHashMap<>();

    /** A table without runs yet; its rows are in the order of the variants. */
    AblationTable(List<Variant> variants) {
        variants.forEach(variant -> runs.put(variant, new ArrayList<>()));
    }

    /** Adds the test figures of a run. */
    void add(Variant variant, Evaluation test) {
        runs.get(variant).add(test);
    }

    /** The table in Markdown, of the variants that have runs. */
    String markdown() {
        StringBuilder out = new StringBuilder("| variant | what it is | runs |");
        FIGURES.keySet().forEach(figure -> out.append(' ').append(figure).append(" |"));
        out.append("\n|---|---|---|").append("---|".repeat(FIGURES.size())).append('\n');
        runs.forEach((variant, tests) -> {
            if (!tests.isEmpty()) {
                out.append(String.format(
                        Locale.ROOT, "| %s | %s | %d |", variant.name(), variant.difference(), tests.size()));
                FIGURES.forEach((figure, of) -> out.append(cell(figure, values(tests, of))));
                out.append('\n');
            }
        });
        return out.toString();
    }

    /** A figure with its spread where there is one; nothing for what a model does not predict. */
    private static String cell(String figure, double... values) {
        Mean mean = Mean.of(values);
        return figure.equals(RMSE) && mean.value() == 0 ? " |" : " " + mean + " |";
    }

    /** The table as CSV, in full precision; the spread of a single run is empty. */
    String csv() {
        StringBuilder out = new StringBuilder("variant,runs");
        FIGURES.keySet()
                .forEach(figure -> out.append(String.format(Locale.ROOT, ",%s_mean,%s_spread", figure, figure)));
        out.append('\n');
        runs.forEach((variant, tests) -> {
            if (!tests.isEmpty()) {
                out.append(variant.name()).append(',').append(tests.size());
                FIGURES.forEach((figure, of) -> {
                    Mean mean = Mean.of(values(tests, of));
                    out.append(',').append(mean.value()).append(',');
                    out.append(Double.isNaN(mean.spread()) ? "" : mean.spread());
                });
                out.append('\n');
            }
        });
        return out.toString();
    }

    private static double[] values(List<Evaluation> tests, ToDoubleFunction<Evaluation> figure) {
        return tests.stream().mapToDouble(figure).toArray();
    }

    /** Writes both forms into a folder. */
    void write(Path folder) throws IOException {
        AtomicFiles.write(folder.resolve(MARKDOWN), out -> out.write(markdown().getBytes(StandardCharsets.UTF_8)));
        AtomicFiles.write(folder.resolve(CSV), out -> out.write(csv().getBytes(StandardCharsets.UTF_8)));
    }
}
