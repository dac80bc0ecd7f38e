package dev.lanner.backend.tornado;

import uk.ac.manchester.tornado.api.math.TornadoMath;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;
import uk.ac.manchester.tornado.api.types.arrays.LongArray;

/** What the kernels of HSTU attention share: the meaning of their meta data, tiles of operands in local memory, and the bias. */
final class AttentionTiles {
    /** Queries and keys of a tile. */
    static final int TILE = 32;
    /** Distance between the columns of a tile, one more than their length: work items that fill one then use different banks. */
    static final int PITCH = TILE + 1;
    /** Columns of values, or of gradients, that a group sums. */
    static final int COLUMNS = 64;
    /** Items of a group along each side. */
    static final int ITEMS = 16;

    static final int HEADS = 0;
    static final int MAX_LENGTH = 1;
    static final int KEY_WIDTH = 2;
    static final int VALUE_WIDTH = 3;
    static final int BOUNDARIES = 4;
    static final int ROWS = 5;
    static final int SEQUENCES = 6;
    /** 1 for softmax, 0 for SiLU. */
    static final int IS_SOFTMAX = 7;
    /** Offset of the row values. */
    static final int ROW_VALUES = 8;
    /** Offset of those that the forward pass saved. */
    static final int SAVED = 9;

    /** Matrices: strides of rows and columns, offset. */
    static final int Q = Meta.HEADER;

    static final int K = Q + 3;
    static final int V = K + 3;
    /** The result, or its gradient. */
    static final int OUT = V + 3;

    static final int D_Q = OUT + 3;
    static final int D_K = D_Q + 3;
    static final int D_V = D_K + 3;
    /** The result, where {@link #OUT} is its gradient. */
    static final int RESULT = D_V + 3;
    /** Vectors: stride and offset. */
    static final int OFFSETS = RESULT + 3;

    static final int QUERY_TIMES = OFFSETS + 2;
    static final int KEY_TIMES = QUERY_TIMES + 2;
    static final int POSITION_BIAS = KEY_TIMES + 2;
    static final int TIME_BIAS = POSITION_BIAS + 2;
    /** The low and the high word of each time boundary. */
    static final int FIRST_BOUNDARY = TIME_BIAS + 2;

    private AttentionTiles() {}

    static int offset(IntArray meta, IntArray offsets, int sequence) {
        return offsets.get(sequence * meta.get(OFFSETS) + meta.get(OFFSETS + 1));
    }

    static int at(IntArray meta, int matrix, int row, int column) {
        return row * meta.get(matrix) + column * meta.get(matrix + 1) + meta.get(matrix + 2);
    }

    /**
     * An element of a head's rows below {@code end} and columns below {@code width}, else 0. Kernels put it into local memory
     * themselves: TornadoVM mistakes where the elements of a local array lie that is handed to another method.
     */
    static float element(IntArray meta, int matrix, FloatArray x, int row, int end, int head, int column, int width) {
        int inside = (row < end ? 1 : 0) & (column < width ? 1 : 0);
        float value = 0;
        if (inside == 1) {
            value = x.get(at(meta, matrix, row, head * width + column));
        }
        return value;
    }

    /** The first row of the sequence that a row belongs to; of one that belongs to none, the row behind it. */
    static int start(IntArray meta, IntArray offsets, int row) {
        int low = 0;
        int high = meta.get(SEQUENCES);
        while (low < high) {
            int middle = (low + high) / 2;
            if (offset(meta, offsets, middle + 1) <= row) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        int start = row + 1;
        if (low < meta.get(SEQUENCES)) {
            start = offset(meta, offsets, low);
        }
        return start;
    }

    static float product(
            IntArray meta,
            int matrixA,
            FloatArray a,
            int rowA,
            int matrixB,
            FloatArray b,
            int rowB,
            int head,
            int width) {
        float sum = 0;
        for (int column = head * width; column < (head + 1) * width; column++) {
            sum += a.get(at(meta, matrixA, rowA, column)) * b.get(at(meta, matrixB, rowB, column));
        }
        return sum;
    }

    /** Whether a query sees a key, both counted within a sequence of n. */
    static int sees(int query, int key, int n) {
        return (key <= query ? 1 : 0) & (query < n ? 1 : 0);
    }

    static int bucket(IntArray meta, long queryTime, long keyTime) {
        long difference = queryTime > keyTime ? queryTime - keyTime : keyTime - queryTime;
        long distance = difference < 0 ? Long.MAX_VALUE : difference;
        int low = 0;
        int high = meta.get(BOUNDARIES);
        while (low < high) {
            int middle = (low + high) / 2;
            int at = FIRST_BOUNDARY + 2 * middle;
            long boundary = ((long) meta.get(at + 1) << 32) | (meta.get(at) & 0xFFFFFFFFL);
            if (boundary <= distance) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    static int bucket(IntArray meta, LongArray queryTimes, LongArray keyTimes, int queryRow, int keyRow) {
        return bucket(
                meta,
                queryTimes.get(queryRow * meta.get(QUERY_TIMES) + meta.get(QUERY_TIMES + 1)),
                keyTimes.get(keyRow * meta.get(KEY_TIMES) + meta.get(KEY_TIMES + 1)));
    }

    /** The relative attention bias of two rows. */
    static float bias(
            IntArray meta,
            LongArray queryTimes,
            LongArray keyTimes,
            FloatArray positionBias,
            FloatArray timeBias,
            int queryRow,
            int keyRow) {
        int bucket = bucket(meta, queryTimes, keyTimes, queryRow, keyRow);
        return bias(meta, positionBias, timeBias, queryRow - keyRow, bucket);
    }

    /** The relative attention bias of rows that are so many rows apart, and seconds in that bucket. */
    static float bias(IntArray meta, FloatArray positionBias, FloatArray timeBias, int distance, int bucket) {
        int position = distance + meta.get(MAX_LENGTH) - 1;
        return positionBias.get(position * meta.get(POSITION_BIAS) + meta.get(POSITION_BIAS + 1))
                + timeBias.get(bucket * meta.get(TIME_BIAS) + meta.get(TIME_BIAS + 1));
    }

    /** Where the values of a row and a head are: for softmax the logarithm of its sum, then the product of output and its gradient. */
    static int rowValues(IntArray meta, int row, int head) {
        return meta.get(ROW_VALUES) + 2 * (row * meta.get(HEADS) + head);
    }

    /** The weight of a value, before it is divided; floats are the divisor and what softmax scales scores by. */
    static float weight(IntArray meta, FloatArray reals, FloatArray rowValues, int row, int head, float score) {
        float weight;
        if (meta.get(IS_SOFTMAX) == 1) {
            weight = TornadoMath.exp(score * reals.get(1) - rowValues.get(rowValues(meta, row, head)));
        } else {
            weight = FloatElements.silu(score);
        }
        return weight;
    }

    /**
     * The gradient of a score.
     *
     * @param product of the value and the gradient of the output, not divided
     */
    static float slope(
            IntArray meta, FloatArray reals, FloatArray rowValues, int row, int head, float score, float product) {
        float dWeight = product / reals.get(0);
        float slope;
        if (meta.get(IS_SOFTMAX) == 1) {
            int at = rowValues(meta, row, head);
            float weight = TornadoMath.exp(score * reals.get(1) - rowValues.get(at));
            slope = weight * (dWeight - rowValues.get(at + 1)) * reals.get(1);
        } else {
            slope = dWeight * siluSlope(score);
        }
        return slope;
    }

    /** The derivative of SiLU, with its limit 0 at minus infinity. */
    static float siluSlope(float x) {
        float sigmoid = FloatElements.sigmoid(x);
        return x == Float.NEGATIVE_INFINITY ? 0 : sigmoid * (1 + x * (1 - sigmoid));
    }
}
