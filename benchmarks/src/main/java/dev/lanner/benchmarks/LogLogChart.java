package dev.lanner.benchmarks;

import dev.lanner.nn.AtomicFiles;
import java.awt.Color;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.MathContext;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import org.knowm.xchart.BitmapEncoder;
import org.knowm.xchart.BitmapEncoder.BitmapFormat;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.style.Styler.LegendPosition;
import org.knowm.xchart.style.markers.SeriesMarkers;

/**
 * A chart with logarithmic axes, on which a power law is a line whose slope is the exponent. The library's own logarithmic axes have
 * labels at powers of ten only, of which a doubling or two may pass none: here it draws logarithms and labels them with the numbers.
 */
final class LogLogChart {
    private static final int WIDTH = 800;
    private static final int HEIGHT = 500;
    private static final double WHOLE_NUMBERS = 100;
    private static final MathContext LABEL_DIGITS = new MathContext(3);

    private final XYChart chart;

    /** An empty chart. */
    LogLogChart(String title, String xLabel, String yLabel) {
        // The programs run where there is no display.
        System.setProperty("java.awt.headless", "true");
        chart = new XYChartBuilder()
                .width(WIDTH)
                .height(HEIGHT)
                .title(title)
                .xAxisTitle(xLabel)
                .yAxisTitle(yLabel)
                .build();
        chart.getStyler()
                .setxAxisTickLabelsFormattingFunction(LogLogChart::label)
                .setyAxisTickLabelsFormattingFunction(LogLogChart::label)
                .setLegendPosition(LegendPosition.OutsideS)
                .setChartBackgroundColor(Color.WHITE);
    }

    private static String label(double logarithm) {
        double value = Math.pow(2, logarithm);
        return value >= WHOLE_NUMBERS
                ? String.format(Locale.ROOT, "%.0f", value)
                : new BigDecimal(value).round(LABEL_DIGITS).stripTrailingZeros().toPlainString();
    }

    /** Points joined by lines, with the slopes in the legend. */
    LogLogChart add(String name, double[] x, double[] y) {
        String legend = String.format(
                Locale.ROOT, "%s: slope %.2f, at the end %.2f", name, Slope.overall(x, y), Slope.last(x, y));
        chart.addSeries(legend, logarithms(x), logarithms(y)).setMarker(SeriesMarkers.CIRCLE);
        return this;
    }

    private static double[] logarithms(double[] values) {
        return Arrays.stream(values).map(value -> Math.log(value) / Math.log(2)).toArray();
    }

    /** Replaces a PNG file by the chart. */
    void write(Path file) throws IOException {
        Files.createDirectories(file.toAbsolutePath().getParent());
        ByteArrayOutputStream png = new ByteArrayOutputStream();
        BitmapEncoder.saveBitmap(chart, png, BitmapFormat.PNG);
        AtomicFiles.write(file, png::writeTo);
    }
}
