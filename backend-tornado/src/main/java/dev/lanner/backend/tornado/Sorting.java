package dev.lanner.backend.tornado;

import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/**
 * A stable counting sort of row indices, without atomic operations: positions come out grouped by the row that they name, in ascending
 * order within it, so that sums over them have the same bits every time. The positions are cut into runs; a work item counts and
 * places those of a run one after the other. Counts lie row by row, one for each run, so that their running sum says where each
 * run's positions of a row begin.
 *
 * <p>Header: (positions, rows, runs, positions of a run, stride and offset of the indices, counts to add up, blocks of them).
 */
final class Sorting {
    static final Kernel COUNT = Kernel.into(
            1,
            "sortCount",
            (graph, id, context, meta, a) -> graph.task(id, Sorting::sortCount, context, meta, a.ints(0), a.ints(1)));
    static final Kernel BLOCK_SUMS = Kernel.into(
            1,
            "sortBlockSums",
            (graph, id, context, meta, a) ->
                    graph.task(id, Sorting::sortBlockSums, context, meta, a.ints(0), a.ints(1)));
    static final Kernel SCAN_SUMS = Kernel.into(
            0,
            "sortScanSums",
            (graph, id, context, meta, a) -> graph.task(id, Sorting::sortScanSums, context, meta, a.ints(0)));
    static final Kernel SCAN_BLOCKS = Kernel.into(
            1,
            "sortScanBlocks",
            (graph, id, context, meta, a) ->
                    graph.task(id, Sorting::sortScanBlocks, context, meta, a.ints(0), a.ints(1)));
    static final Kernel PLACE = new Kernel(
            "sortPlace",
            0b1110,
            (graph, id, context, meta, a) ->
                    graph.task(id, Sorting::sortPlace, context, meta, a.ints(0), a.ints(1), a.ints(2), a.ints(3)));

    /** Counts that one work item adds up. */
    static final int BLOCK = 256;

    private static final int GROUP = 128;
    private static final int MOST_RUNS = 1024;
    private static final int LEAST_RUN = 256;
    /** Counts of all runs together: with more rows there are fewer runs. */
    private static final int MOST_COUNTS = 1 << 26;

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
        int mostRuns = Math.clamp(MOST_COUNTS / rows, 1, MOST_RUNS);
        int run = Math.max(Math.ceilDiv(n, mostRuns), LEAST_RUN);
        int runs = Math.max(Math.ceilDiv(n, run), 1);
        int counts = rows * runs;
        int blocks = Math.ceilDiv(counts, BLOCK);
        Meta meta = new Meta(n, rows, runs, run, stride, offset, counts, blocks);
        TornadoStorage count = memory.ints(counts);
        TornadoStorage sums = memory.ints(blocks);
        TornadoStorage order = memory.ints(n);
        TornadoStorage ends = memory.ints(rows);
        to.dispatch(new DeviceTask(COUNT, Grid.elements(runs), meta, indices, count));
        to.dispatch(new DeviceTask(BLOCK_SUMS, Grid.elements(blocks), meta, count, sums));
        to.dispatch(new DeviceTask(SCAN_SUMS, Grid.groups(1, GROUP), meta, sums));
        to.dispatch(new DeviceTask(SCAN_BLOCKS, Grid.elements(blocks), meta, sums, count));
        to.dispatch(new DeviceTask(PLACE, Grid.elements(runs), meta, indices, count, order, ends));
        memory.giveBack(count);
        memory.giveBack(sums);
        return new Sorted(order, ends);
    }

    static void sortCount(KernelContext context, IntArray meta, IntArray indices, IntArray counts) {
        int run = context.globalIdx;
        int runs = meta.get(2);
        if (run < runs) {
            int rows = meta.get(1);
            for (int row = 0; row < rows; row++) {
                counts.set(row * runs + run, 0);
            }
            int first = run * meta.get(3);
            int end = Math.min(first + meta.get(3), meta.get(0));
            for (int i = first; i < end; i++) {
                int at = indices.get(i * meta.get(4) + meta.get(5)) * runs + run;
                counts.set(at, counts.get(at) + 1);
            }
        }
    }

    static void sortBlockSums(KernelContext context, IntArray meta, IntArray counts, IntArray sums) {
        int block = context.globalIdx;
        Outputs.keep(block, sums);
        if (block < meta.get(7)) {
            int end = Math.min((block + 1) * BLOCK, meta.get(6));
            int sum = 0;
            for (int i = block * BLOCK; i < end; i++) {
                sum += counts.get(i);
            }
            sums.set(block, sum);
        }
    }

    /** One group: each item sums a stretch, then adds what stands in front of it. */
    static void sortScanSums(KernelContext context, IntArray meta, IntArray sums) {
        int[] partial = context.allocateIntLocalArray(GROUP);
        int item = context.localIdx;
        int blocks = meta.get(7);
        int stretch = (blocks + GROUP - 1) / GROUP;
        int first = item * stretch;
        int end = Math.min(first + stretch, blocks);
        int sum = 0;
        for (int i = first; i < end; i++) {
            sum += sums.get(i);
        }
        partial[item] = sum;
        context.localBarrier();
        int before = 0;
        for (int i = 0; i < item; i++) {
            before += partial[i];
        }
        for (int i = first; i < end; i++) {
            int own = sums.get(i);
            sums.set(i, before);
            before += own;
        }
    }

    static void sortScanBlocks(KernelContext context, IntArray meta, IntArray sums, IntArray counts) {
        int block = context.globalIdx;
        if (block < meta.get(7)) {
            int end = Math.min((block + 1) * BLOCK, meta.get(6));
            int before = sums.get(block);
            for (int i = block * BLOCK; i < end; i++) {
                int own = counts.get(i);
                counts.set(i, before);
                before += own;
            }
        }
    }

    static void sortPlace(
            KernelContext context, IntArray meta, IntArray indices, IntArray next, IntArray order, IntArray ends) {
        int run = context.globalIdx;
        Outputs.keep(run, order);
        Outputs.keep(run, ends);
        int runs = meta.get(2);
        if (run < runs) {
            int first = run * meta.get(3);
            int end = Math.min(first + meta.get(3), meta.get(0));
            for (int i = first; i < end; i++) {
                int at = indices.get(i * meta.get(4) + meta.get(5)) * runs + run;
                int to = next.get(at);
                order.set(to, i);
                next.set(at, to + 1);
            }
            // What the last run leaves is the end of the row: the next one's groups begin there.
            if (run == runs - 1) {
                int rows = meta.get(1);
                for (int row = 0; row < rows; row++) {
                    ends.set(row, next.get(row * runs + run));
                }
            }
        }
    }
}
