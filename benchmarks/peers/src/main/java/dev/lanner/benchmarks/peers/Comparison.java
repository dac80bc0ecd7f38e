package dev.lanner.benchmarks.peers;

import dev.lanner.backend.cpu.CpuBackend;
import dev.lanner.benchmarks.Workload;
import dev.lanner.hstu.data.JaggedBatch;
import dev.lanner.hstu.model.HstuConfig;
import dev.lanner.tensor.backend.Backends;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;

/** Runs the cases with each number of threads and reports them. */
final class Comparison {
    /** What may be compared. */
    static final List<String> CASES = List.of("sgemm", "attention", "train_step_article", "train_step_8_layers");

    private static final double GIGA = 1e9;
    private static final double NO_RATE = Double.NaN;

    private final Written written;
    private final Set<String> cases;
    private final Turns turns;
    private final Report report;
    private final JaggedBatch batch = Workload.batch();
    /** Lanner's milliseconds of a training step with one thread, by case. */
    private final Map<String, Double> oneThread = new HashMap<>();

    Comparison(Written written, Set<String> cases, Turns turns, Report report) {
        this.written = written;
        this.cases = cases;
        this.turns = turns;
        this.report = report;
    }

    /**
     * Compares with a number of threads on both sides.
     *
     * @throws MismatchException if a case's sides do not compute the same; it is not timed
     */
    void run(int threads) {
        try (CpuBackend backend = new CpuBackend(threads);
                Backends.Use use = Backends.use(backend)) {
            Libtorch.setThreads(threads);
            report.threads(threads, Libtorch.busyCores());
            double sgemmRate = cases.contains("sgemm") ? sgemm(threads) : NO_RATE;
            if (cases.contains("attention")) {
                time(() -> new AttentionCase(written, HstuConfig.article(), batch), threads);
            }
            if (cases.contains("train_step_article")) {
                trainStep("train_step_article", HstuConfig.article(), threads, sgemmRate);
            }
            if (cases.contains("train_step_8_layers")) {
                trainStep("train_step_8_layers", Workload.eightLayers(), threads, sgemmRate);
            }
        }
    }

    private Turns.Times time(Supplier<PeerCase> maker, int threads) {
        try (PeerCase one = maker.get()) {
            one.check();
            Turns.Times times = turns.time(one);
            report.ratio(one.name(), threads, times);
            return times;
        }
    }

    /** Lanner's rate, the geometric mean over the shapes. */
    private double sgemm(int threads) {
        double lanner = 0;
        double libtorch = 0;
        for (String shape : SgemmCase.SHAPES) {
            Turns.Times times = time(() -> new SgemmCase(shape), threads);
            double gigaOperations = SgemmCase.operations(shape) / GIGA;
            lanner += Math.log(gigaOperations / (times.lannerMs() / 1000));
            libtorch += Math.log(gigaOperations / (times.libtorchMs() / 1000));
        }
        int shapes = SgemmCase.SHAPES.size();
        double lannerRate = Math.exp(lanner / shapes);
        report.rates("sgemm_geomean", threads, lannerRate, Math.exp(libtorch / shapes));
        return lannerRate;
    }

    private void trainStep(String name, HstuConfig config, int threads, double sgemmRate) {
        Turns.Times times = time(() -> new TrainStepCase(name, written, config, batch, Workload.ITEMS), threads);
        double gigaOperations = Arithmetic.ofStep(config, batch) / GIGA;
        report.arithmetic(name, threads, gigaOperations, gigaOperations / (times.lannerMs() / 1000), sgemmRate);
        if (threads == 1) {
            oneThread.put(name, times.lannerMs());
        } else if (threads == 2 && oneThread.containsKey(name)) {
            report.scaling(name, oneThread.get(name) / times.lannerMs());
        }
    }
}
