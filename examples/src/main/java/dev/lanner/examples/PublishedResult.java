package dev.lanner.examples;

import dev.lanner.hstu.eval.RankingMetrics;
import dev.lanner.hstu.train.Evaluation;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/**
 * A line of the table of results: shares of test targets ranked against the full catalogue of MovieLens-1M.
 *
 * @param model its name
 * @param source who reports it; empty for this run
 * @param figures HR@10, NDCG@10, HR@50, NDCG@50, HR@200, NDCG@200
 */
record PublishedResult(String model, String source, List<String> figures) {
    /** The figures of an evaluation that are published, by their names, in their order. */
    static final Map<String, ToDoubleFunction<Evaluation>> FIGURES = published();

    static final List<String> COLUMNS = List.copyOf(FIGURES.keySet());

    /** "Actions Speak Louder than Words", ICML 2024. */
    static final String PAPER = "Zhai et al. 2024";
    /** The HSTU tutorial of RecTools, whose protocol is the one here: stable sort, seen items filtered. */
    static final String RECTOOLS = "RecTools, HSTU tutorial";

    static final List<PublishedResult> ALL = List.of(
            of("SASRec", PAPER, ".2853 .1603 .5474 .2185 .7528 .2498"),
            of("HSTU", PAPER, ".3097 .1720 .5754 .2307 .7716 .2606"),
            of("HSTU-large", PAPER, ".3294 .1893 .5935 .2481 .7839 .2771"),
            of("SASRec", RECTOOLS, ".2877 .1622 .5518 .2204 .7632 .2525"),
            of("HSTU, position bias only (no query time)", RECTOOLS, ".3023 .1718 .5702 .2311 .7720 .2618"),
            of("HSTU (query time)", RECTOOLS, ".3227 .1879 .5894 .2471 .7858 .2769"),
            of("HSTU-large (query time)", RECTOOLS, ".3642 .2164 .6194 .2735 .8031 .3015"));

    private static Map<String, ToDoubleFunction<Evaluation>> published() {
        Map<String, ToDoubleFunction<Evaluation>> figures = new LinkedHashMap<>();
        figures.put("HR@10", Evaluation::hitRate10);
        figures.put("NDCG@10", Evaluation::ndcg10);
        figures.put("HR@50", Evaluation::hitRate50);
        figures.put("NDCG@50", Evaluation::ndcg50);
        figures.put("HR@200", Evaluation::hitRate200);
        figures.put("NDCG@200", Evaluation::ndcg200);
        return Collections.unmodifiableMap(figures);
    }

    /** The line of a model by who reports it. */
    static PublishedResult of(String model, String source) {
        return ALL.stream()
                .filter(line -> line.model.equals(model) && line.source.equals(source))
                .findFirst()
                .orElseThrow();
    }

    private static PublishedResult of(String model, String source, String figures) {
        return new PublishedResult(model, source, List.of(figures.split(" ", -1)));
    }

    /** The line of a model that was evaluated here. */
    static PublishedResult of(String model, Evaluation test) {
        return of(
                model,
                FIGURES.values().stream()
                        .mapToDouble(figure -> figure.applyAsDouble(test))
                        .toArray());
    }

    /** The line of a ranking that was evaluated here. */
    static PublishedResult of(String model, RankingMetrics test) {
        return of(
                model,
                test.hitRate(10),
                test.ndcg(10),
                test.hitRate(50),
                test.ndcg(50),
                test.hitRate(200),
                test.ndcg(200));
    }

    private static PublishedResult of(String model, double... figures) {
        return new PublishedResult(
                model,
                "",
                Arrays.stream(figures).mapToObj(PublishedResult::share).toList());
    }

    private static String share(double value) {
        String text = String.format(Locale.ROOT, "%.4f", value);
        return text.startsWith("0") ? text.substring(1) : text;
    }
}
