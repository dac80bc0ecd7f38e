package dev.lanner.hstu.train;

import dev.lanner.nn.Safetensors;
import dev.lanner.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * All that changes in a run, in one file that is replaced at once: parameters, their averages where they are kept, the optimiser's
 * state, and the metrics of the epochs so far. Dropout, negatives and shuffling are functions of seed, step and epoch, so nothing else
 * is needed to go on bit for bit.
 */
final class Checkpoint {
    private static final String MODEL = "model.";
    private static final String AVERAGE = "average.";
    private static final String OPTIMIZER = "optimizer.";
    private static final String STEPS = "optimizer_steps";
    private static final String METRICS = "metrics";

    private Checkpoint() {}

    static void write(Path file, TrainingState state, List<EpochMetrics> history) throws IOException {
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        state.model().stateDict().forEach((name, tensor) -> tensors.put(MODEL + name, tensor));
        if (state.average() != null) {
            state.average().module().stateDict().forEach((name, tensor) -> tensors.put(AVERAGE + name, tensor));
        }
        state.optimizer().stateDict().forEach((name, tensor) -> tensors.put(OPTIMIZER + name, tensor));
        String metrics = history.stream().map(EpochMetrics::toCsv).collect(Collectors.joining("\n"));
        Safetensors.write(
                file, tensors, Map.of(STEPS, Integer.toString(state.optimizer().steps()), METRICS, metrics));
    }

    /**
     * Puts all where it was.
     *
     * @return the metrics of the epochs so far
     * @throws IOException if the file is not a checkpoint of such a model; the message names it
     */
    static List<EpochMetrics> read(Path file, TrainingState state) throws IOException {
        Safetensors.Contents contents = Safetensors.read(file);
        Map<String, Tensor> averages = part(contents.tensors(), AVERAGE);
        if (averages.isEmpty() != (state.average() == null)) {
            String rule = averages.isEmpty()
                    ? "no averaged parameters, which training.averaging asks for"
                    : "averaged parameters, which training.averaging does not ask for";
            throw new IOException(file + ": not a checkpoint of this run: it holds " + rule);
        }
        try {
            List<EpochMetrics> history = new ArrayList<>();
            contents.metadata()
                    .getOrDefault(METRICS, "")
                    .lines()
                    .forEach(line -> history.add(EpochMetrics.fromCsv(line)));
            state.model().load(part(contents.tensors(), MODEL));
            if (state.average() != null) {
                state.average().load(averages, history.size());
            }
            state.optimizer()
                    .load(
                            part(contents.tensors(), OPTIMIZER),
                            Integer.parseInt(contents.metadata().get(STEPS)));
            return history;
        } catch (IllegalArgumentException e) {
            throw new IOException(file + ": not a checkpoint of this run: " + e.getMessage(), e);
        }
    }

    private static Map<String, Tensor> part(Map<String, Tensor> all, String prefix) {
        Map<String, Tensor> part = new LinkedHashMap<>();
        all.forEach((name, tensor) -> {
            if (name.startsWith(prefix)) {
                part.put(name.substring(prefix.length()), tensor);
            }
        });
        return part;
    }
}
