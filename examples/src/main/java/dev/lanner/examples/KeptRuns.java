package dev.lanner.examples;

import dev.lanner.hstu.model.Settings;
import dev.lanner.nn.AtomicFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** The figures of finished runs, a file each, in the folder beside a page of results: small enough to be kept with the code. */
final class KeptRuns {
    private final Path folder;

    /**
     * Those of a page.
     *
     * @param page a file that ends in {@code .md}; the folder has its name without that
     */
    KeptRuns(Path page) {
        String name = page.getFileName().toString();
        folder = page.resolveSibling(name.substring(0, name.length() - ".md".length()));
    }

    private Path file(PlannedRun run) {
        return folder.resolve(run.variant().name() + "-seed" + run.seed() + ".json");
    }

    /**
     * Whether a run is there.
     *
     * @throws IOException if one with other settings is, or its file cannot be read
     */
    boolean has(PlannedRun run) throws IOException {
        Path file = file(run);
        if (!Files.exists(file)) {
            return false;
        }
        TrainedRun.read(file, run.config());
        return true;
    }

    void write(PlannedRun run, TrainedRun result) throws IOException {
        Files.createDirectories(folder);
        AtomicFiles.write(file(run), out -> out.write(Settings.toJson(result)));
    }

    /**
     * The page of all runs that are there.
     *
     * @throws IOException if one is of other data, or has other settings than the first of its row but for the seed
     */
    ResultsPage page(Dataset dataset, String provenance) throws IOException {
        ResultsPage page = new ResultsPage(dataset, provenance);
        for (Row row : Row.ALL) {
            for (Path file : files(row)) {
                TrainedRun run = Settings.read(file, TrainedRun.class);
                if (!run.config().fingerprint().equals(dataset.interactions().fingerprint())) {
                    throw new IOException(file + ": is of other data; choose another --page");
                }
                page.add(row, run);
            }
        }
        return page;
    }

    private List<Path> files(Row row) throws IOException {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> all = Files.list(folder)) {
            return all.filter(file -> file.getFileName().toString().matches(row.name() + "-seed\\d+\\.json"))
                    .sorted(Comparator.comparingInt(KeptRuns::seed))
                    .toList();
        }
    }

    private static int seed(Path file) {
        return Integer.parseInt(file.getFileName().toString().replaceAll(".*-seed(\\d+)\\.json", "$1"));
    }
}
