package dev.lanner.backend.tornado;

import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/**
 * A stable radix sort of row indices, without atomic operations: positions come out grouped by the row that they name, in ascending order
 * within it, so that sums over them have the same bits every time. A pass sorts by one digit of the row, the lowest first. A group sorts
 * a tile of positions, of which each item takes some that follow one another: their digits are counted in local memory, the counts of all
 * tiles lie digit by digit, so that their running sum says where each tile's positions of a digit begin.
 *
 * <p>Header: (positions, digits, tiles, positions of an item, stride and offset of the indices, shift to the pass's digit, 1 where the
 * pass is not the first, rows).
 */
final class Sorting {
    /** Arguments: indices, positions as the pass before left them, counts. */
    static final Kernel COUNT = Kernel.into(
            2,
            "sortCount",
            (graph, id, context, meta, a) ->
                    graph.task(id, Sorting::sortCount, context, meta, a.ints(0), a.ints(1), a.ints(2)));

    static final Kernel SCAN = Kernel.into(
            0,
            "sortScan",
            (graph, id, context, meta, a) -> graph.task(id, Sorting::sortScan, context, meta, a.ints(0)));
    /** Arguments: indices, positions as the pass before left them, where the counts begin, the positions. */
    static final Kernel PLACE = Kernel.into(
            3,
            "sortPlace",
            (graph, id, context, meta, a) ->
                    graph.task(id, Sorting::sortPlace, context, meta, a.ints(0), a.ints(1), a.ints(2), a.ints(3)));
    /** Arguments: indices, sorted positions, ends. */
    static final Kernel ENDS = Kernel.into(
            2,
            "sortEnds",
            (graph, id, context, meta, a) ->
                    graph.task(id, Sorting::sortEnds, context, meta, a.ints(0), a.ints(1), a.ints(2)));

    /** Items that sort a tile, and that each sum the counts of a digit of it. */
    private static final int GROUP = 64;

    private static final int DIGIT_BITS = 6;
    /** Counts of a digit lie this far apart in local memory: one more than the items, so that no two of 32 digits share a bank. */
    private static final int PITCH = GROUP + 1;

    private static final int SCAN_GROUP = 256;
    private static final int LEAST_POSITIONS = 16;
    private static final int MOST_TILES = 1024;

    private Sorting() {}

    /** The positions of a sort, grouped by row, and for each row where its group ends. Both are the caller's to give back. */
    record Sorted(TornadoStorage order, TornadoStorage ends) {}

    /**
     * Launches a sort.
     *
     * @param n the number of indices
     * @param rows they are in [0, rows), rows at least 1
     */
    static Sorted sort(Dispatcher to, Memory memory, TornadoStorage indices, int stride, int offset, int n, int rows) {
        int bits = Math.max(Integer.SIZE - Integer.numberOfLeadingZeros(rows - 1), 1);
        int passes = Math.ceilDiv(bits, DIGIT_BITS);
        int digitBits = Math.ceilDiv(bits, passes);
        int digits = 1 << digitBits;
        int positions = Math.max(Math.ceilDiv(n, GROUP * MOST_TILES), LEAST_POSITIONS);
        int tiles = Math.max(Math.ceilDiv(n, GROUP * positions), 1);
        TornadoStorage counts = memory.ints(digits * tiles);
        TornadoStorage order = memory.ints(n);
        TornadoStorage before = memory.ints(n);
        TornadoStorage ends = memory.ints(rows);
        for (int pass = 0; pass < passes; pass++) {
            TornadoStorage from = order;
            order = before;
            before = from;
            int shift = pass * digitBits;
            Meta meta = new Meta(n, digits, tiles, positions, stride, offset, shift, pass == 0 ? 0 : 1);
            to.dispatch(new DeviceTask(COUNT, Grid.groups(tiles, GROUP), meta, indices, before, counts));
            to.dispatch(new DeviceTask(SCAN, Grid.groups(1, SCAN_GROUP), meta, counts));
            to.dispatch(new DeviceTask(PLACE, Grid.groups(tiles, GROUP), meta, indices, before, counts, order));
        }
        Meta meta = new Meta(n, digits, tiles, positions, stride, offset, 0, 1, rows);
        to.dispatch(new DeviceTask(ENDS, Grid.elements(rows), meta, indices, order, ends));
        memory.giveBack(counts);
        memory.giveBack(before);
        return new Sorted(order, ends);
    }

    private static int row(IntArray meta, IntArray indices, int position) {
        return indices.get(position * meta.get(4) + meta.get(5));
    }

    /** The position that stands i-th when a pass begins. */
    private static int position(IntArray meta, IntArray before, int i) {
        return meta.get(7) == 0 ? i : before.get(i);
    }

    private static int digit(IntArray meta, IntArray indices, int position) {
        return (row(meta, indices, position) >> meta.get(6)) & (meta.get(1) - 1);
    }

    static void sortCount(KernelContext context, IntArray meta, IntArray indices, IntArray before, IntArray counts) {
        int[] counted = context.allocateIntLocalArray(GROUP * PITCH);
        int item = context.localIdx;
        int tile = context.groupIdx;
        Outputs.keep(item, counts);
        int digits = meta.get(1);
        for (int digit = 0; digit < digits; digit++) {
            counted[digit * PITCH + item] = 0;
        }
        int first = (tile * GROUP + item) * meta.get(3);
        int end = Math.min(first + meta.get(3), meta.get(0));
        for (int i = first; i < end; i++) {
            int at = digit(meta, indices, position(meta, before, i)) * PITCH + item;
            counted[at] = counted[at] + 1;
        }
        context.localBarrier();
        if (item < digits) {
            int sum = 0;
            for (int i = 0; i < GROUP; i++) {
                sum += counted[item * PITCH + i];
            }
            counts.set(item * meta.get(2) + tile, sum);
        }
    }

    /** One group: each item sums a stretch, then replaces its counts by what stands in front of them. */
    static void sortScan(KernelContext context, IntArray meta, IntArray counts) {
        int[] partial = context.allocateIntLocalArray(SCAN_GROUP);
        int item = context.localIdx;
        int all = meta.get(1) * meta.get(2);
        int stretch = (all + SCAN_GROUP - 1) / SCAN_GROUP;
        int first = item * stretch;
        int end = Math.min(first + stretch, all);
        int sum = 0;
        for (int i = first; i < end; i++) {
            sum += counts.get(i);
        }
        partial[item] = sum;
        context.localBarrier();
        int before = 0;
        for (int i = 0; i < item; i++) {
            before += partial[i];
        }
        for (int i = first; i < end; i++) {
            int own = counts.get(i);
            counts.set(i, before);
            before += own;
        }
    }

    static void sortPlace(
            KernelContext context, IntArray meta, IntArray indices, IntArray before, IntArray starts, IntArray order) {
        int[] next = context.allocateIntLocalArray(GROUP * PITCH);
        int item = context.localIdx;
        int tile = context.groupIdx;
        Outputs.keep(item, order);
        int digits = meta.get(1);
        for (int digit = 0; digit < digits; digit++) {
            next[digit * PITCH + item] = 0;
        }
        int first = (tile * GROUP + item) * meta.get(3);
        int end = Math.min(first + meta.get(3), meta.get(0));
        for (int i = first; i < end; i++) {
            int at = digit(meta, indices, position(meta, before, i)) * PITCH + item;
            next[at] = next[at] + 1;
        }
        context.localBarrier();
        if (item < digits) {
            int to = starts.get(item * meta.get(2) + tile);
            for (int i = 0; i < GROUP; i++) {
                int own = next[item * PITCH + i];
                next[item * PITCH + i] = to;
                to += own;
            }
        }
        context.localBarrier();
        for (int i = first; i < end; i++) {
            int position = position(meta, before, i);
            int at = digit(meta, indices, position) * PITCH + item;
            int to = next[at];
            order.set(to, position);
            next[at] = to + 1;
        }
    }

    /** Searches for the first position of a higher row. */
    static void sortEnds(KernelContext context, IntArray meta, IntArray indices, IntArray order, IntArray ends) {
        int row = context.globalIdx;
        Outputs.keep(row, ends);
        if (row < meta.get(8)) {
            int low = 0;
            int high = meta.get(0);
            while (low < high) {
                int middle = low + (high - low) / 2;
                if (row(meta, indices, order.get(middle)) > row) {
                    high = middle;
                } else {
                    low = middle + 1;
                }
            }
            ends.set(row, low);
        }
    }
}
