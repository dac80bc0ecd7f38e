package dev.lanner.examples;

import dev.lanner.hstu.model.HstuConfig;
import dev.lanner.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * The relative attention bias that a model learned, block by block.
 *
 * @param config of the model
 * @param parameters of the model, by name
 */
record BiasCurves(HstuConfig config, Map<String, Tensor> parameters) {
    private static final long MINUTE = 60;
    private static final long HOUR = 60 * MINUTE;
    private static final long DAY = 24 * HOUR;

    /** The bias of events that lie 0..L-1 places back, of each block that has one. */
    List<double[]> positions() {
        List<double[]> curves = new ArrayList<>();
        int length = config.maxLength();
        for (float[] table : tables("position_bias")) {
            double[] back = new double[length];
            for (int distance = 0; distance < length; distance++) {
                back[distance] = table[length - 1 + distance];
            }
            curves.add(back);
        }
        return curves;
    }

    /** The bias of each time bucket, of each block that has one. */
    List<double[]> times() {
        List<double[]> curves = new ArrayList<>();
        for (float[] table : tables("time_bias")) {
            double[] buckets = new double[table.length];
            for (int bucket = 0; bucket < table.length; bucket++) {
                buckets[bucket] = table[bucket];
            }
            curves.add(buckets);
        }
        return curves;
    }

    private List<float[]> tables(String name) {
        List<float[]> tables = new ArrayList<>();
        for (int block = 0; block < config.blocks(); block++) {
            Tensor table = parameters.get("blocks." + block + "." + name);
            if (table != null) {
                tables.add(table.toFloats());
            }
        }
        return tables;
    }

    /** The names of the time buckets. */
    List<String> bucketNames() {
        List<Long> boundaries = config.attention().timeBoundaries();
        List<String> names = new ArrayList<>();
        for (int bucket = 0; bucket <= boundaries.size(); bucket++) {
            if (bucket == boundaries.size()) {
                names.add(boundaries.isEmpty() ? "any" : "≥ " + span(boundaries.get(bucket - 1)));
            } else {
                String end = span(boundaries.get(bucket));
                names.add(bucket == 0 ? "< " + end : span(boundaries.get(bucket - 1)) + " – " + end);
            }
        }
        return names;
    }

    private static String span(long seconds) {
        long unit = seconds >= DAY ? DAY : seconds >= HOUR ? HOUR : seconds >= MINUTE ? MINUTE : 1;
        String name = unit == DAY ? "d" : unit == HOUR ? "h" : unit == MINUTE ? "min" : "s";
        return seconds % unit == 0
                ? seconds / unit + " " + name
                : String.format(Locale.ROOT, "%.1f %s", seconds / (double) unit, name);
    }
}
