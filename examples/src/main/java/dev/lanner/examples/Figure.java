package dev.lanner.examples;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.jsoup.Jsoup;
import org.jsoup.nodes.Element;
import org.jsoup.parser.Parser;
import org.knowm.xchart.VectorGraphicsEncoder;
import org.knowm.xchart.VectorGraphicsEncoder.VectorGraphicsFormat;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.internal.series.MarkerSeries;
import org.knowm.xchart.style.Styler.LegendLayout;
import org.knowm.xchart.style.Styler.LegendPosition;
import org.knowm.xchart.style.XYStyler;
import org.knowm.xchart.style.markers.SeriesMarkers;

/**
 * A chart as an SVG element for a page. Its colours are the page's, {@code --ink}, {@code --grid} and {@code --series-1} to
 * {@code --series-8}, so that it is readable on light and dark ground.
 */
final class Figure {
    private static final int WIDTH = 640;
    private static final int HEIGHT = 340;
    /** More points than this are a line without markers. */
    private static final int MOST_MARKERS = 20;

    private static final int SERIES_COLOURS = 8;

    /** Stand for the page's colours while the chart is drawn. */
    private static final Color INK = new Color(1, 1, 1);

    private static final Color GRID = new Color(2, 2, 2);
    private static final Color NONE = new Color(3, 3, 3);
    private static final int SERIES = 10;
    private static final Pattern COLOUR = Pattern.compile("rgb\\((\\d+),\\1,\\1\\)");

    /** The library names clip paths by hash codes: other ones in each run. */
    private static final Pattern CLIP = Pattern.compile("clip-?\\d+");

    private static final Pattern LONG_NUMBER = Pattern.compile("-?\\d+\\.\\d{3,}(?!\\d|[eE])");

    private final String id;
    private final XYChart chart;
    private final XYStyler styler;
    private int series;

    /** The id of its place in the page. */
    String id() {
        return id;
    }

    /** A figure without lines yet. */
    Figure(String id, String xTitle, String yTitle) {
        // The programs run where there is no display.
        System.setProperty("java.awt.headless", "true");
        this.id = id;
        chart = new XYChartBuilder()
                .width(WIDTH)
                .height(HEIGHT)
                .xAxisTitle(xTitle)
                .yAxisTitle(yTitle)
                .build();
        styler = chart.getStyler();
        style();
    }

    private void style() {
        Font small = new Font(Font.SANS_SERIF, Font.PLAIN, 12);
        styler.setAxisTitleFont(small)
                .setAxisTickLabelsFont(small)
                .setAxisTickLabelsColor(INK)
                .setAxisTickMarksColor(GRID)
                .setYAxisDecimalPattern("0.####")
                .setPlotGridLinesColor(GRID)
                .setPlotGridVerticalLinesVisible(false)
                .setXAxisTitleColor(INK)
                .setYAxisTitleColor(INK)
                .setChartBackgroundColor(NONE)
                .setPlotBackgroundColor(NONE)
                .setPlotBorderVisible(false)
                .setChartFontColor(INK)
                .setLegendBackgroundColor(NONE)
                .setLegendBorderColor(NONE)
                .setLegendFont(small)
                .setLegendPosition(LegendPosition.OutsideS)
                .setLegendLayout(LegendLayout.Horizontal)
                .setMarkerSize(6);
    }

    /** Adds a line. */
    Figure add(String name, double[] x, double[] y) {
        return style(chart.addSeries(name, x, y), x.length);
    }

    private Figure style(MarkerSeries line, int points) {
        line.setLineColor(colour()).setLineStyle(new BasicStroke(2));
        line.setMarker(points > MOST_MARKERS ? SeriesMarkers.NONE : SeriesMarkers.CIRCLE);
        line.setMarkerColor(line.getLineColor());
        series++;
        return this;
    }

    /** Adds a line to compare with, dashed and without markers. */
    Figure addReference(String name, double[] x, double[] y) {
        MarkerSeries line = chart.addSeries(name, x, y);
        line.setLineColor(INK)
                .setLineStyle(
                        new BasicStroke(1, BasicStroke.CAP_BUTT, BasicStroke.JOIN_BEVEL, 1, new float[] {5, 5}, 0));
        line.setMarker(SeriesMarkers.NONE);
        return this;
    }

    private Color colour() {
        int grey = SERIES + series % SERIES_COLOURS;
        return new Color(grey, grey, grey);
    }

    /**
     * Draws it.
     *
     * @param description for those who cannot see it
     */
    Element svg(String description) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        VectorGraphicsEncoder.saveVectorGraphic(chart, bytes, VectorGraphicsFormat.SVG);
        String text = bytes.toString(StandardCharsets.UTF_8);
        text = COLOUR.matcher(text).replaceAll(Figure::pageColour);
        Map<String, String> clips = new HashMap<>();
        text = CLIP.matcher(text)
                .replaceAll(name -> clips.computeIfAbsent(name.group(), key -> id + "-clip-" + clips.size()));
        text = LONG_NUMBER
                .matcher(text)
                .replaceAll(number -> String.format(Locale.ROOT, "%.2f", Double.parseDouble(number.group())));
        Element svg = Jsoup.parse(text, "", Parser.xmlParser()).expectFirst("svg");
        svg.removeAttr("x").removeAttr("y").removeAttr("width").removeAttr("height");
        svg.attr("role", "img").attr("aria-label", description);
        return svg;
    }

    private static String pageColour(MatchResult colour) {
        int grey = Integer.parseInt(colour.group(1));
        if (grey == INK.getRed()) {
            return "var(--ink)";
        }
        if (grey == GRID.getRed()) {
            return "var(--grid)";
        }
        if (grey == NONE.getRed()) {
            return "none";
        }
        boolean isSeries = grey >= SERIES && grey < SERIES + SERIES_COLOURS;
        return isSeries ? "var(--series-" + (grey - SERIES + 1) + ")" : colour.group();
    }
}
