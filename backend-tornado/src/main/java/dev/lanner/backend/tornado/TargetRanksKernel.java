package dev.lanner.backend.tornado;

import dev.lanner.tensor.Layout;
import dev.lanner.tensor.backend.FusedKernel;
import dev.lanner.tensor.backend.View;
import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/** Ranks of targets: a group for each row counts what is before the target, less what of it was seen. */
final class TargetRanksKernel implements FusedKernel {
    private static final int COLUMNS = 0;
    /** Strides of rows and columns, offset. */
    private static final int SCORES = 1;
    /** Stride and offset. */
    private static final int TARGETS = 4;

    private static final int OFFSETS = 6;
    private static final int SEEN = 8;
    /** Offset. */
    private static final int OUT = 10;

    /** Items of a group. */
    private static final int GROUP = 128;

    private static final Kernel KERNEL = Kernel.into(
            4,
            "targetRanks",
            (graph, id, context, meta, a) -> graph.task(
                    id,
                    TargetRanksKernel::targetRanks,
                    context,
                    meta,
                    a.floats(0),
                    a.ints(1),
                    a.ints(2),
                    a.ints(3),
                    a.ints(4)));

    private final Dispatcher to;

    TargetRanksKernel(Dispatcher to) {
        this.to = to;
    }

    @Override
    public boolean hasGradient() {
        return false;
    }

    @Override
    public void backward(View[] inputs, View[] outputs, View dOut, View[] dInputs) {
        throw new IllegalStateException("targetRanks: there is no gradient");
    }

    @Override
    public void forward(View[] inputs, View[] outputs) {
        Layout scores = inputs[0].layout();
        int rows = scores.shape().size(0);
        if (rows == 0) {
            return;
        }
        Meta meta = new Meta(scores.shape().size(1), scores.stride(0), scores.stride(1), scores.offset());
        TornadoStorage[] arguments = new TornadoStorage[inputs.length + 1];
        arguments[0] = TornadoStorage.of(inputs[0].storage());
        for (int i = 1; i < inputs.length; i++) {
            Layout vector = inputs[i].layout();
            meta.set(TARGETS + 2 * (i - 1), vector.stride(0)).set(TARGETS + 2 * (i - 1) + 1, vector.offset());
            arguments[i] = TornadoStorage.of(inputs[i].storage());
        }
        meta.set(OUT, outputs[0].layout().offset());
        arguments[inputs.length] = TornadoStorage.of(outputs[0].storage());
        to.dispatch(new DeviceTask(KERNEL, Grid.groups(rows, GROUP), meta, arguments));
    }

    private static int element(IntArray meta, int vector, IntArray x, int i) {
        return x.get(i * meta.get(vector) + meta.get(vector + 1));
    }

    private static float score(IntArray meta, FloatArray scores, int row, int item) {
        return scores.get(row * meta.get(SCORES) + item * meta.get(SCORES + 1) + meta.get(SCORES + 2));
    }

    /** 1 if an item comes before the target, else 0. */
    private static int precedes(float score, int item, float targetScore, int target) {
        int earlier = item < target ? 1 : 0;
        int greater = score > targetScore ? 1 : 0;
        int equal = score == targetScore ? 1 : 0;
        return greater | (equal & earlier);
    }

    static void targetRanks(
            KernelContext context,
            IntArray meta,
            FloatArray scores,
            IntArray targets,
            IntArray offsets,
            IntArray seen,
            IntArray out) {
        int[] counts = context.allocateIntLocalArray(GROUP);
        int[] noNumbers = context.allocateIntLocalArray(GROUP);
        int member = context.localIdx;
        Outputs.keep(member, out);
        int row = context.groupIdx;
        int columns = meta.get(COLUMNS);
        int target = element(meta, TARGETS, targets, row);
        float targetScore = score(meta, scores, row, target);
        int count = 0;
        int noNumber = columns;
        for (int item = member + 1; item < columns; item += GROUP) {
            float score = score(meta, scores, row, item);
            count += precedes(score, item, targetScore, target);
            int first = Float.isNaN(score) ? item : columns;
            noNumber = Math.min(noNumber, first);
        }
        int end = element(meta, OFFSETS, offsets, row + 1);
        for (int i = element(meta, OFFSETS, offsets, row) + member; i < end; i += GROUP) {
            int item = element(meta, SEEN, seen, i);
            int isItem = item == 0 ? 0 : 1;
            count -= isItem & precedes(score(meta, scores, row, item), item, targetScore, target);
        }
        counts[member] = count;
        noNumbers[member] = noNumber;
        context.localBarrier();
        for (int half = GROUP / 2; half > 0; half = half / 2) {
            if (member < half) {
                counts[member] = counts[member] + counts[member + half];
                noNumbers[member] = Math.min(noNumbers[member], noNumbers[member + half]);
            }
            context.localBarrier();
        }
        if (member == 0) {
            int rank = noNumbers[0] < columns ? -noNumbers[0] : counts[0] + 1;
            out.set(meta.get(OUT) + row, target == 0 ? 0 : rank);
        }
    }
}
