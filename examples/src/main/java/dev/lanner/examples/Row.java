package dev.lanner.examples;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;

/**
 * A row of the table of results.
 *
 * @param variant what is trained
 * @param published what it is to be compared with; null for nothing
 * @param usesTimes whether its figures depend on the differences of timestamps
 */
record Row(Variant variant, PublishedResult published, boolean usesTimes) {
    /** All rows, in the order of the table. */
    static final List<Row> ALL = List.of(
            of("article", "HSTU", PublishedResult.PAPER, true),
            of("softmax", true),
            of("bias-none", false),
            of("bias-position", false),
            of("bias-time", true),
            of("no-action", true),
            of("full-softmax", true),
            of("sasrec", "SASRec", PublishedResult.RECTOOLS, false),
            of("position-only", "HSTU, position bias only (no query time)", PublishedResult.RECTOOLS, false),
            of("paper", "HSTU (query time)", PublishedResult.RECTOOLS, true),
            of("paper-large", "HSTU-large (query time)", PublishedResult.RECTOOLS, true),
            new Row(Variant.preset("best"), null, true));

    /** The names of all rows. */
    static final class Names implements Iterable<String> {
        @Override
        public Iterator<String> iterator() {
            return ALL.stream().map(Row::name).iterator();
        }
    }

    /** A variant that nobody has published. */
    private static Row of(String variant, boolean usesTimes) {
        return new Row(Variant.named(List.of(variant)).get(0), null, usesTimes);
    }

    private static Row of(String preset, String model, String source, boolean usesTimes) {
        return new Row(Variant.preset(preset), PublishedResult.of(model, source), usesTimes);
    }

    /** Its name, that of its variant. */
    String name() {
        return variant.name();
    }

    /**
     * Rows by their names, in the order of the table.
     *
     * @throws IllegalArgumentException naming the rows that there are
     */
    static List<Row> named(List<String> names) {
        List<String> unknown = new ArrayList<>(names);
        unknown.removeAll(ALL.stream().map(Row::name).toList());
        if (!unknown.isEmpty()) {
            throw new IllegalArgumentException("row " + unknown.get(0) + " is not there; rows: "
                    + String.join(", ", ALL.stream().map(Row::name).toList()));
        }
        return ALL.stream().filter(row -> names.contains(row.name())).toList();
    }
}
