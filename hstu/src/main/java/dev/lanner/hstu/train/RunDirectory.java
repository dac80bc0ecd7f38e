package dev.lanner.hstu.train;

import dev.lanner.hstu.data.DataException;
import dev.lanner.hstu.data.MovieLens;
import dev.lanner.hstu.model.HstuModel;
import dev.lanner.nn.AtomicFiles;
import dev.lanner.nn.Safetensors;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * The folder of a run: {@code config.json}, {@code metrics.csv}, {@code model.safetensors} (the best epoch), {@code
 * checkpoint.safetensors} (the last epoch, to go on from), and in {@code data} the ratings and movies, as a model is served with the
 * histories and the ids that it was trained on. Every file is replaced at once.
 */
public final class RunDirectory {
    private static final String CONFIG = "config.json";
    private static final String METRICS = "metrics.csv";
    private static final String MODEL = "model.safetensors";
    private static final String CHECKPOINT = "checkpoint.safetensors";
    private static final String DATA = "data";
    private static final String EPOCH = "epoch";

    private final Path path;
    /** Whether no run has begun in it yet: one that has then is another's. */
    private boolean isNew;

    private RunDirectory(Path path, boolean isNew) {
        this.path = path;
        this.isNew = isNew;
    }

    /**
     * A folder for a new run; it is made when the first file is written.
     *
     * @throws IOException if there is a run in it already, or a file of one, or it is no folder
     */
    public static RunDirectory create(Path path) throws IOException {
        if (Files.exists(path) && !Files.isDirectory(path)) {
            throw new IOException(path + ": is not a directory");
        }
        if (Files.exists(path.resolve(CONFIG))) {
            throw new IOException(path + ": holds a run already; resume it, or choose another directory");
        }
        for (String file : List.of(METRICS, MODEL, CHECKPOINT, DATA)) {
            if (Files.exists(path.resolve(file))) {
                throw new IOException(path + ": holds " + file + " of a run without its " + CONFIG
                        + "; delete it, or choose another directory");
            }
        }
        return new RunDirectory(path, true);
    }

    /**
     * The folder of a run.
     *
     * @throws IOException if there is none in it
     */
    public static RunDirectory open(Path path) throws IOException {
        if (!Files.isDirectory(path)) {
            throw new IOException(path + ": no such directory");
        }
        if (!Files.isRegularFile(path.resolve(CONFIG))) {
            throw new IOException(path + ": holds no run: " + CONFIG + " is missing");
        }
        return new RunDirectory(path, false);
    }

    /** Where it is. */
    public Path path() {
        return path;
    }

    /** The settings of the run in it. */
    public RunConfig config() throws IOException {
        return RunConfig.read(path.resolve(CONFIG));
    }

    /**
     * Writes what a training goes on from if it is stopped, and makes the folder.
     *
     * @throws IllegalArgumentException if the data cannot be written in their format; nothing is there then
     * @throws IOException if that fails, or another run has begun in a new folder since; the folder is then that of a run that has not
     *     begun, or has no data yet
     */
    public void begin(RunConfig config, MovieLens data) throws IOException {
        data.requireWritable();
        writeConfig(config);
        writeData(data);
    }

    /**
     * Writes the settings, and makes the folder.
     *
     * @throws IOException if that fails, or another run has begun in a new folder since
     */
    public void writeConfig(RunConfig config) throws IOException {
        Files.createDirectories(path);
        byte[] json = config.toJson();
        Path file = path.resolve(CONFIG);
        if (isNew) {
            try {
                AtomicFiles.create(file, out -> out.write(json));
            } catch (FileAlreadyExistsException e) {
                throw new IOException(path + ": another run has begun in it; choose another directory", e);
            }
            isNew = false;
        } else {
            AtomicFiles.write(file, out -> out.write(json));
        }
    }

    /** Writes the data that the run is on, and makes the folder. */
    public void writeData(MovieLens data) throws IOException {
        data.write(path.resolve(DATA));
    }

    /** Whether it keeps the data that the run is on, whole. */
    public boolean hasData() {
        // Written last.
        return Files.exists(path.resolve(DATA).resolve(MovieLens.RATINGS));
    }

    /**
     * The data that the run is on, without the users' own.
     *
     * @throws DataException if they cannot be read
     * @throws IOException if they are not there, or not those of the run's settings
     */
    public MovieLens data() throws IOException {
        if (!hasData()) {
            throw new IOException(path + ": holds no data: " + DATA + "/" + MovieLens.RATINGS
                    + " is missing; resume the run, which writes them");
        }
        MovieLens data = MovieLens.read(path.resolve(DATA));
        if (!data.interactions().fingerprint().equals(config().fingerprint())) {
            throw new IOException(path.resolve(DATA) + ": not the data that the model was trained on");
        }
        return data;
    }

    /** Saves a model as the run's best, where none was trained. */
    public void writeModel(HstuModel model) throws IOException {
        Safetensors.write(path.resolve(MODEL), model.stateDict(), Map.of());
    }

    /**
     * Saves an epoch. The checkpoint comes last: it says that the epoch is done, and if something stops this before, the epoch is
     * trained again from the one before, with the same result.
     *
     * @param best whether this epoch is the best so far, whose model is kept
     */
    void saveEpoch(TrainingState state, List<EpochMetrics> history, boolean best) throws IOException {
        if (best) {
            Map<String, String> metadata = Map.of(EPOCH, Integer.toString(history.size()));
            Safetensors.write(path.resolve(MODEL), state.evaluated().stateDict(), metadata);
        }
        String csv = history.stream()
                .map(EpochMetrics::toCsv)
                .collect(Collectors.joining("\n", EpochMetrics.CSV_HEADER + "\n", "\n"));
        AtomicFiles.write(path.resolve(METRICS), out -> out.write(csv.getBytes(StandardCharsets.UTF_8)));
        Checkpoint.write(path.resolve(CHECKPOINT), state, history);
    }

    /** Puts a training where the last saved epoch left it; before the first there is nothing to do. */
    List<EpochMetrics> restore(TrainingState state) throws IOException {
        if (!Files.exists(path.resolve(CHECKPOINT))) {
            return List.of();
        }
        return Checkpoint.read(path.resolve(CHECKPOINT), state);
    }

    /**
     * Loads the parameters of the best epoch.
     *
     * @param epoch which one that is; the model is as before if those of another one were kept
     * @throws IOException if they were, or none, or the parameters are not those of such a model
     */
    void loadBest(HstuModel model, int epoch) throws IOException {
        Safetensors.Contents kept = readModel();
        String found = kept.metadata().get(EPOCH);
        if (!Integer.toString(epoch).equals(found)) {
            throw new IOException(path.resolve(MODEL) + ": is of epoch " + found + ", but the best is " + epoch
                    + ": another run wrote into the folder, or this one came out differently when it was resumed; train"
                    + " anew in another folder");
        }
        load(model, kept);
    }

    /**
     * Loads the parameters of the best epoch.
     *
     * @throws IOException if no epoch was saved yet, or the parameters are not those of such a model
     */
    public void loadBest(HstuModel model) throws IOException {
        load(model, readModel());
    }

    private Safetensors.Contents readModel() throws IOException {
        if (!Files.exists(path.resolve(MODEL))) {
            throw new IOException(path + ": holds no trained model yet: " + MODEL + " is missing");
        }
        return Safetensors.read(path.resolve(MODEL));
    }

    private void load(HstuModel model, Safetensors.Contents kept) throws IOException {
        try {
            model.load(kept.tensors());
        } catch (IllegalArgumentException e) {
            throw new IOException(path.resolve(MODEL) + ": " + e.getMessage(), e);
        }
    }
}
