package dev.lanner.examples;

import dev.lanner.hstu.train.EpochMetrics;
import dev.lanner.hstu.train.TrainListener;
import java.io.Console;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Consumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import me.tongfei.progressbar.ProgressState;

/**
 * Shows a training run: where there is a terminal a bar over all epochs, with the time so far and left, the loss and the tokens a
 * second; and a line for each epoch.
 */
final class TrainProgress implements TrainListener, AutoCloseable {
    private final int epochs;
    private final Consumer<String> lines;
    private final boolean terminal;
    private final long start = System.nanoTime();
    private ProgressBar bar;
    /** Steps of the epochs before this one, and of those that an earlier run trained. */
    private long stepsBefore;

    private long stepsResumed = -1;
    private long tokens;
    private long epochStart;

    /**
     * A view of a run.
     *
     * @param epochs how many there will be
     * @param quiet show nothing
     * @param lines told a line for each epoch
     */
    TrainProgress(int epochs, boolean quiet, Consumer<String> lines) {
        this.epochs = epochs;
        this.lines = lines;
        this.terminal = !quiet && isTerminal();
    }

    /** Which JDKs have no console where there is no terminal, and which one that says so, differs from version to version. */
    @SuppressWarnings("SystemConsoleNull")
    private static boolean isTerminal() {
        Console console = System.console();
        return console != null && console.isTerminal();
    }

    @Override
    public void epochStarted(int epoch, int batches) {
        tokens = 0;
        epochStart = System.nanoTime();
        stepsBefore = (epoch - 1L) * batches;
        if (stepsResumed < 0) {
            stepsResumed = stepsBefore;
        }
        if (terminal) {
            // A bar of its own for each epoch: it is cleared before the epoch's line is printed, which would run into
            // it.
            bar = new ProgressBarBuilder()
                    .setTaskName("epoch " + epoch + "/" + epochs)
                    .setInitialMax((long) epochs * batches)
                    .startsFrom(stepsBefore, Duration.ofNanos(epochStart - start))
                    .setEtaFunction(this::timeLeft)
                    .setStyle(ProgressBarStyle.ASCII)
                    .clearDisplayOnFinish()
                    .build();
        }
    }

    /** By the mean over this run so far, validation included, which the bar's own estimate would leave out. */
    private Optional<Duration> timeLeft(ProgressState state) {
        long done = state.getCurrent() - stepsResumed;
        if (done == 0) {
            return Optional.empty();
        }
        double nanosOfStep = (System.nanoTime() - start) / (double) done;
        return Optional.of(Duration.ofNanos(Math.round(nanosOfStep * (state.getMax() - state.getCurrent()))));
    }

    @Override
    public void stepDone(double loss, int rows) {
        tokens += rows;
        if (bar != null) {
            bar.setExtraMessage(
                    String.format(Locale.ROOT, "loss %.4f, %,d tokens/s", loss, Math.round(tokensPerSecond())));
            bar.step();
        }
    }

    private double tokensPerSecond() {
        return tokens / ((System.nanoTime() - epochStart) / 1e9);
    }

    @Override
    public void epochDone(EpochMetrics metrics) {
        close();
        double seconds = (System.nanoTime() - epochStart) / 1e9;
        lines.accept(String.format(Locale.ROOT, "%s  (%.1f s)", metrics.summary(), seconds));
    }

    @Override
    public void close() {
        if (bar != null) {
            bar.close();
            bar = null;
        }
    }
}
