package dev.lanner.backend.cpu;

import java.util.Arrays;

/**
 * How an attention is cut into units of work: a sequence, or of a long sequence a range of its rows or columns, all heads. The units
 * are dealt into bins, which are what the threads take; the sums of the bias gradients are kept per bin. The plan is a function of the
 * lengths alone, so that no result depends on the number of threads.
 */
final class AttentionPlan {
    /** A unit computes what belongs to its rows: outputs, or query gradients. */
    static final int ROWS = 1;

    /** A unit computes what belongs to its columns: gradients of keys, values and biases. */
    static final int COLUMNS = 2;

    private static final int MAX_BINS = 128;

    /** Rows or columns of a part of a long sequence: many tiles, since each part begins with its keys anew. */
    private static final int PART = 10 * AttentionTiles.SIZE;

    /**
     * Longest sequence whose gradients are one unit. Split, rows and columns recompute the scores separately, 7 products for 5, which
     * pays only where one sequence is most of the work.
     */
    private static final int MAX_WHOLE = 2 * PART;

    private static final int FIELDS = 6;

    private final int[] fields;
    private int units;
    private int[] order;

    private AttentionPlan(int capacity) {
        fields = new int[capacity * FIELDS];
    }

    /** The units of a forward pass: outputs of up to {@value #PART} rows, from all columns before them. */
    static AttentionPlan forward(AttentionInputs inputs) {
        AttentionPlan plan = new AttentionPlan(capacity(inputs));
        for (int sequence = 0; sequence < inputs.shape().sequences(); sequence++) {
            int length = inputs.offsets()[sequence + 1] - inputs.offsets()[sequence];
            for (int start = 0; start < length; start += PART) {
                int end = Math.min(length, start + PART);
                plan.add(ROWS, sequence, start, end, 0, end);
            }
        }
        plan.sort();
        return plan;
    }

    /** The units of a backward pass: all gradients of a sequence, or those of a long one in parts by rows and by columns. */
    static AttentionPlan backward(AttentionInputs inputs) {
        AttentionPlan plan = new AttentionPlan(capacity(inputs));
        for (int sequence = 0; sequence < inputs.shape().sequences(); sequence++) {
            int length = inputs.offsets()[sequence + 1] - inputs.offsets()[sequence];
            if (length > 0 && length <= MAX_WHOLE) {
                plan.add(ROWS | COLUMNS, sequence, 0, length, 0, length);
                continue;
            }
            for (int start = 0; start < length; start += PART) {
                int end = Math.min(length, start + PART);
                plan.add(ROWS, sequence, start, end, 0, end);
                plan.add(COLUMNS, sequence, start, length, start, end);
            }
        }
        plan.sort();
        return plan;
    }

    private static int capacity(AttentionInputs inputs) {
        int parts = 0;
        for (int sequence = 0; sequence < inputs.shape().sequences(); sequence++) {
            int length = inputs.offsets()[sequence + 1] - inputs.offsets()[sequence];
            parts += (length + PART - 1) / PART;
        }
        return 2 * parts;
    }

    private void add(int parts, int sequence, int rowStart, int rowEnd, int columnStart, int columnEnd) {
        int at = units * FIELDS;
        fields[at] = parts;
        fields[at + 1] = sequence;
        fields[at + 2] = rowStart;
        fields[at + 3] = rowEnd;
        fields[at + 4] = columnStart;
        fields[at + 5] = columnEnd;
        units++;
    }

    /** Puts the longest first, equal ones in their order, so that no thread starts a long unit when the others are done. */
    private void sort() {
        long[] keys = new long[units];
        for (int unit = 0; unit < units; unit++) {
            long area = (long) (rowEnd(unit) - rowStart(unit)) * (columnEnd(unit) - columnStart(unit));
            keys[unit] = (Integer.MAX_VALUE - Math.min(area, Integer.MAX_VALUE)) << Integer.SIZE | unit;
        }
        Arrays.sort(keys);
        order = new int[units];
        for (int place = 0; place < units; place++) {
            order[place] = (int) keys[place];
        }
    }

    /** Number of bins; each has at least one unit. */
    int bins() {
        return Math.min(units, MAX_BINS);
    }

    /** Units are dealt in rounds, one to each bin. */
    int rounds() {
        return units == 0 ? 0 : (units + bins() - 1) / bins();
    }

    /** The unit that a bin got in a round, or -1. Every other round is dealt backwards, to even out the bins. */
    int unit(int bin, int round) {
        int place = round * bins() + (round % 2 == 0 ? bin : bins() - 1 - bin);
        return place < units ? order[place] : -1;
    }

    /** Whether the unit computes {@link #ROWS} or {@link #COLUMNS}. */
    boolean computes(int unit, int part) {
        return (fields[unit * FIELDS] & part) != 0;
    }

    /** The unit's sequence. */
    int sequence(int unit) {
        return fields[unit * FIELDS + 1];
    }

    /** First query, as a position in the sequence. */
    int rowStart(int unit) {
        return fields[unit * FIELDS + 2];
    }

    /** End of the queries. */
    int rowEnd(int unit) {
        return fields[unit * FIELDS + 3];
    }

    /** First key. */
    int columnStart(int unit) {
        return fields[unit * FIELDS + 4];
    }

    /** End of the keys. */
    int columnEnd(int unit) {
        return fields[unit * FIELDS + 5];
    }
}
