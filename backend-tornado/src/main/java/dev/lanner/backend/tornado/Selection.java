package dev.lanner.backend.tornado;

import dev.lanner.tensor.DType;
import java.util.Map;
import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;
import uk.ac.manchester.tornado.api.types.arrays.LongArray;

/**
 * Kernels that find elements. {@code argReduce}: header (n outputs, 1 for the largest or -1 for the smallest, elements of each, their
 * stride), a block of the first elements and outputs. {@code topK}: header (n rows, k, width, strides of the last axis of elements,
 * values and indices), a block of the rows' starts.
 *
 * <p>Truth values are 0 and 1, joined by bits: of {@code &&} and {@code ||} between comparisons TornadoVM's compiler makes other ones.
 */
final class Selection {
    static final Map<DType, Kernel> ARG_REDUCE = Map.of(
            DType.F32,
            Kernel.into(
                    1,
                    "argReduceF32",
                    (graph, id, context, meta, a) ->
                            graph.task(id, Selection::argReduceF32, context, meta, a.floats(0), a.ints(1))),
            DType.I32,
            Kernel.into(
                    1,
                    "argReduceI32",
                    (graph, id, context, meta, a) ->
                            graph.task(id, Selection::argReduceI32, context, meta, a.ints(0), a.ints(1))),
            DType.I64,
            Kernel.into(
                    1,
                    "argReduceI64",
                    (graph, id, context, meta, a) ->
                            graph.task(id, Selection::argReduceI64, context, meta, a.longs(0), a.ints(1))));

    static final Map<DType, Kernel> TOP_K = Map.of(
            DType.F32,
            new Kernel(
                    "topKF32",
                    0b110,
                    (graph, id, context, meta, a) ->
                            graph.task(id, Selection::topKF32, context, meta, a.floats(0), a.floats(1), a.ints(2))),
            DType.I32,
            new Kernel(
                    "topKI32",
                    0b110,
                    (graph, id, context, meta, a) ->
                            graph.task(id, Selection::topKI32, context, meta, a.ints(0), a.ints(1), a.ints(2))),
            DType.I64,
            new Kernel(
                    "topKI64",
                    0b110,
                    (graph, id, context, meta, a) ->
                            graph.task(id, Selection::topKI64, context, meta, a.longs(0), a.longs(1), a.ints(2))));

    private Selection() {}

    static void argReduceF32(KernelContext context, IntArray meta, FloatArray x, IntArray out) {
        int i = context.globalIdx;
        Outputs.keep(i, out);
        if (i < meta.get(0)) {
            int sign = meta.get(1);
            int count = meta.get(2);
            int first = Meta.position(meta, Meta.HEADER, 0, i);
            float best = x.get(first);
            int found = 0;
            for (int j = 1; j < count; j++) {
                float value = x.get(first + j * meta.get(3));
                int isNaN = Float.isNaN(value) ? 1 : 0;
                int beats = sign * value > sign * best ? 1 : 0;
                int isOpen = Float.isNaN(best) ? 0 : 1;
                if (((isNaN | beats) & isOpen) == 1) {
                    best = value;
                    found = j;
                }
            }
            out.set(Meta.position(meta, Meta.HEADER, 1, i), found);
        }
    }

    /** In each of k rounds the first element in order behind the one before: nothing but the row itself is needed. */
    static void topKF32(KernelContext context, IntArray meta, FloatArray x, FloatArray values, IntArray indices) {
        int i = context.globalIdx;
        Outputs.keep(i, values);
        Outputs.keep(i, indices);
        if (i < meta.get(0)) {
            int k = meta.get(1);
            int width = meta.get(2);
            int first = Meta.position(meta, Meta.HEADER, 0, i);
            float last = 0;
            int lastIndex = -1;
            for (int round = 0; round < k; round++) {
                float best = 0;
                int bestIndex = -1;
                for (int j = 0; j < width; j++) {
                    float value = x.get(first + j * meta.get(3));
                    int isFirst = bestIndex < 0 ? 1 : 0;
                    int isFree = round == 0 ? 1 : 0;
                    int isBehind = precedes(last, lastIndex, value, j);
                    int isBetter = precedes(value, j, best, bestIndex);
                    if (((isFree | isBehind) & (isFirst | isBetter)) == 1) {
                        best = value;
                        bestIndex = j;
                    }
                }
                values.set(Meta.position(meta, Meta.HEADER, 1, i) + round * meta.get(4), best);
                indices.set(Meta.position(meta, Meta.HEADER, 2, i) + round * meta.get(5), bestIndex);
                last = best;
                lastIndex = bestIndex;
            }
        }
    }

    /** Whether a comes before b in descending order, NaN first; of equal ones the smaller position. */
    private static int precedes(float a, int i, float b, int j) {
        int earlier = i < j ? 1 : 0;
        int greater = a > b ? 1 : 0;
        int equal = a == b ? 1 : 0;
        int nanA = Float.isNaN(a) ? 1 : 0;
        int nanB = Float.isNaN(b) ? 1 : 0;
        return greater | (equal & earlier) | (nanA & (1 - nanB)) | (nanA & nanB & earlier);
    }

    static void argReduceI32(KernelContext context, IntArray meta, IntArray x, IntArray out) {
        int i = context.globalIdx;
        Outputs.keep(i, out);
        if (i < meta.get(0)) {
            int sign = meta.get(1);
            int count = meta.get(2);
            int first = Meta.position(meta, Meta.HEADER, 0, i);
            int best = x.get(first);
            int found = 0;
            for (int j = 1; j < count; j++) {
                int value = x.get(first + j * meta.get(3));
                if (sign > 0) {
                    if (value > best) {
                        best = value;
                        found = j;
                    }
                } else if (value < best) {
                    best = value;
                    found = j;
                }
            }
            out.set(Meta.position(meta, Meta.HEADER, 1, i), found);
        }
    }

    /** In each of k rounds the first element in order behind the one before: nothing but the row itself is needed. */
    static void topKI32(KernelContext context, IntArray meta, IntArray x, IntArray values, IntArray indices) {
        int i = context.globalIdx;
        Outputs.keep(i, values);
        Outputs.keep(i, indices);
        if (i < meta.get(0)) {
            int k = meta.get(1);
            int width = meta.get(2);
            int first = Meta.position(meta, Meta.HEADER, 0, i);
            int last = 0;
            int lastIndex = -1;
            for (int round = 0; round < k; round++) {
                int best = 0;
                int bestIndex = -1;
                for (int j = 0; j < width; j++) {
                    int value = x.get(first + j * meta.get(3));
                    int isFirst = bestIndex < 0 ? 1 : 0;
                    int isFree = round == 0 ? 1 : 0;
                    int isBehind = precedes(last, lastIndex, value, j);
                    int isBetter = precedes(value, j, best, bestIndex);
                    if (((isFree | isBehind) & (isFirst | isBetter)) == 1) {
                        best = value;
                        bestIndex = j;
                    }
                }
                values.set(Meta.position(meta, Meta.HEADER, 1, i) + round * meta.get(4), best);
                indices.set(Meta.position(meta, Meta.HEADER, 2, i) + round * meta.get(5), bestIndex);
                last = best;
                lastIndex = bestIndex;
            }
        }
    }

    /** Whether a comes before b in descending order; of equal ones the smaller position. */
    private static int precedes(int a, int i, int b, int j) {
        int earlier = i < j ? 1 : 0;
        int greater = a > b ? 1 : 0;
        int equal = a == b ? 1 : 0;
        return greater | (equal & earlier);
    }

    static void argReduceI64(KernelContext context, IntArray meta, LongArray x, IntArray out) {
        int i = context.globalIdx;
        Outputs.keep(i, out);
        if (i < meta.get(0)) {
            int sign = meta.get(1);
            int count = meta.get(2);
            int first = Meta.position(meta, Meta.HEADER, 0, i);
            long best = x.get(first);
            int found = 0;
            for (int j = 1; j < count; j++) {
                long value = x.get(first + j * meta.get(3));
                if (sign > 0) {
                    if (value > best) {
                        best = value;
                        found = j;
                    }
                } else if (value < best) {
                    best = value;
                    found = j;
                }
            }
            out.set(Meta.position(meta, Meta.HEADER, 1, i), found);
        }
    }

    /** In each of k rounds the first element in order behind the one before: nothing but the row itself is needed. */
    static void topKI64(KernelContext context, IntArray meta, LongArray x, LongArray values, IntArray indices) {
        int i = context.globalIdx;
        Outputs.keep(i, values);
        Outputs.keep(i, indices);
        if (i < meta.get(0)) {
            int k = meta.get(1);
            int width = meta.get(2);
            int first = Meta.position(meta, Meta.HEADER, 0, i);
            long last = 0;
            int lastIndex = -1;
            for (int round = 0; round < k; round++) {
                long best = 0;
                int bestIndex = -1;
                for (int j = 0; j < width; j++) {
                    long value = x.get(first + j * meta.get(3));
                    int isFirst = bestIndex < 0 ? 1 : 0;
                    int isFree = round == 0 ? 1 : 0;
                    int isBehind = precedes(last, lastIndex, value, j);
                    int isBetter = precedes(value, j, best, bestIndex);
                    if (((isFree | isBehind) & (isFirst | isBetter)) == 1) {
                        best = value;
                        bestIndex = j;
                    }
                }
                values.set(Meta.position(meta, Meta.HEADER, 1, i) + round * meta.get(4), best);
                indices.set(Meta.position(meta, Meta.HEADER, 2, i) + round * meta.get(5), bestIndex);
                last = best;
                lastIndex = bestIndex;
            }
        }
    }

    /** Whether a comes before b in descending order; of equal ones the smaller position. */
    private static int precedes(long a, int i, long b, int j) {
        int earlier = i < j ? 1 : 0;
        int greater = a > b ? 1 : 0;
        int equal = a == b ? 1 : 0;
        return greater | (equal & earlier);
    }
}
