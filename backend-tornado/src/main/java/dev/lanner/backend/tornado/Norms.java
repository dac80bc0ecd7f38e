package dev.lanner.backend.tornado;

import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.math.TornadoMath;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/**
 * Layer normalisation, with or without a gate, a group for each row. Header: (width, 1 where there is a gate), then blocks of the
 * rows' starts, then the strides of the columns. Float: epsilon.
 */
final class Norms {
    /** Items of a group: a warp, so that rows of 64 columns leave no item idle. */
    static final int GROUP = 32;

    /** Arguments and operands of the block: x, gate, gamma, beta, out. */
    static final Kernel FORWARD = Kernel.into(
            4,
            "layerNorm",
            (graph, id, context, meta, a) -> graph.task(
                    id,
                    Norms::layerNorm,
                    context,
                    meta,
                    a.reals(),
                    a.floats(0),
                    a.floats(1),
                    a.floats(2),
                    a.floats(3),
                    a.floats(4)));

    /** Arguments: x, gate, gamma, beta, dOut, dX, dGate, what sums to the gradient of gamma over the rows, and of beta. */
    static final Kernel BACKWARD = new Kernel(
            "layerNormGradient",
            0b1_1110_0000,
            (graph, id, context, meta, a) -> graph.task(
                    id,
                    Norms::layerNormGradient,
                    context,
                    meta,
                    a.reals(),
                    a.floats(0),
                    a.floats(1),
                    a.floats(2),
                    a.floats(3),
                    a.floats(4),
                    a.floats(5),
                    a.floats(6),
                    a.floats(7),
                    a.floats(8)));

    /** Words of the header: the strides of the columns of each argument, and where the block is. */
    static final int STRIDES = 2;

    private Norms() {}

    static void layerNorm(
            KernelContext context,
            IntArray meta,
            FloatArray reals,
            FloatArray x,
            FloatArray gate,
            FloatArray gamma,
            FloatArray beta,
            FloatArray out) {
        float[] partial = context.allocateFloatLocalArray(GROUP);
        int item = context.localIdx;
        int row = context.groupIdx;
        Outputs.keep(item, out);
        int width = meta.get(0);
        int fromX = Meta.position(meta, Meta.HEADER, 0, row);
        int fromGate = Meta.position(meta, Meta.HEADER, 1, row);
        int fromGamma = Meta.position(meta, Meta.HEADER, 2, row);
        int fromBeta = Meta.position(meta, Meta.HEADER, 3, row);
        int to = Meta.position(meta, Meta.HEADER, 4, row);
        float sum = 0;
        for (int c = item; c < width; c += GROUP) {
            sum += x.get(fromX + c * meta.get(STRIDES));
        }
        partial[item] = sum;
        context.localBarrier();
        for (int half = GROUP / 2; half > 0; half = half / 2) {
            if (item < half) {
                partial[item] = partial[item] + partial[item + half];
            }
            context.localBarrier();
        }
        float mean = partial[0] / width;
        // All have read it before the first of them writes its squares there.
        context.localBarrier();
        float squares = 0;
        for (int c = item; c < width; c += GROUP) {
            float centred = x.get(fromX + c * meta.get(STRIDES)) - mean;
            squares += centred * centred;
        }
        partial[item] = squares;
        context.localBarrier();
        for (int half = GROUP / 2; half > 0; half = half / 2) {
            if (item < half) {
                partial[item] = partial[item] + partial[item + half];
            }
            context.localBarrier();
        }
        float deviation = TornadoMath.sqrt(partial[0] / width + reals.get(0));
        for (int c = item; c < width; c += GROUP) {
            float normal = (x.get(fromX + c * meta.get(STRIDES)) - mean) / deviation;
            float value = normal * gamma.get(fromGamma + c * meta.get(STRIDES + 2))
                    + beta.get(fromBeta + c * meta.get(STRIDES + 3));
            if (meta.get(1) == 1) {
                value = value * gate.get(fromGate + c * meta.get(STRIDES + 1));
            }
            out.set(to + c * meta.get(STRIDES + 4), value);
        }
    }

    static void layerNormGradient(
            KernelContext context,
            IntArray meta,
            FloatArray reals,
            FloatArray x,
            FloatArray gate,
            FloatArray gamma,
            FloatArray beta,
            FloatArray dOut,
            FloatArray dX,
            FloatArray dGate,
            FloatArray dGamma,
            FloatArray dBeta) {
        float[] partial = context.allocateFloatLocalArray(GROUP);
        float[] projections = context.allocateFloatLocalArray(GROUP);
        int item = context.localIdx;
        int row = context.groupIdx;
        Outputs.keep(item, dX);
        Outputs.keep(item, dGate);
        Outputs.keep(item, dGamma);
        Outputs.keep(item, dBeta);
        int width = meta.get(0);
        int fromX = Meta.position(meta, Meta.HEADER, 0, row);
        int fromGate = Meta.position(meta, Meta.HEADER, 1, row);
        int fromGamma = Meta.position(meta, Meta.HEADER, 2, row);
        int fromBeta = Meta.position(meta, Meta.HEADER, 3, row);
        int fromOut = Meta.position(meta, Meta.HEADER, 4, row);
        int toX = Meta.position(meta, Meta.HEADER, 5, row);
        int toGate = Meta.position(meta, Meta.HEADER, 6, row);
        float sum = 0;
        for (int c = item; c < width; c += GROUP) {
            sum += x.get(fromX + c * meta.get(STRIDES));
        }
        partial[item] = sum;
        context.localBarrier();
        for (int half = GROUP / 2; half > 0; half = half / 2) {
            if (item < half) {
                partial[item] = partial[item] + partial[item + half];
            }
            context.localBarrier();
        }
        float mean = partial[0] / width;
        // All have read it before the first of them writes its squares there.
        context.localBarrier();
        float squares = 0;
        for (int c = item; c < width; c += GROUP) {
            float centred = x.get(fromX + c * meta.get(STRIDES)) - mean;
            squares += centred * centred;
        }
        partial[item] = squares;
        context.localBarrier();
        for (int half = GROUP / 2; half > 0; half = half / 2) {
            if (item < half) {
                partial[item] = partial[item] + partial[item + half];
            }
            context.localBarrier();
        }
        float deviation = TornadoMath.sqrt(partial[0] / width + reals.get(0));
        context.localBarrier();
        sum = 0;
        float projection = 0;
        for (int c = item; c < width; c += GROUP) {
            float normal = (x.get(fromX + c * meta.get(STRIDES)) - mean) / deviation;
            float scale = gamma.get(fromGamma + c * meta.get(STRIDES + 2));
            float gradient = dOut.get(fromOut + c * meta.get(STRIDES + 4));
            if (meta.get(1) == 1) {
                float shift = beta.get(fromBeta + c * meta.get(STRIDES + 3));
                dGate.set(toGate + c * meta.get(STRIDES + 6), gradient * (normal * scale + shift));
                gradient = gradient * gate.get(fromGate + c * meta.get(STRIDES + 1));
            }
            dGamma.set(row * width + c, gradient * normal);
            dBeta.set(row * width + c, gradient);
            float scaled = gradient * scale;
            // Rounded there as in the sum: a product that a device fuses with the subtraction of the mean below leaves
            // an error of its own.
            dX.set(toX + c * meta.get(STRIDES + 5), scaled);
            sum += scaled;
            projection += scaled * normal;
        }
        partial[item] = sum;
        projections[item] = projection;
        context.localBarrier();
        for (int half = GROUP / 2; half > 0; half = half / 2) {
            if (item < half) {
                partial[item] = partial[item] + partial[item + half];
                projections[item] = projections[item] + projections[item + half];
            }
            context.localBarrier();
        }
        float meanGradient = partial[0] / width;
        float meanProjection = projections[0] / width;
        for (int c = item; c < width; c += GROUP) {
            float normal = (x.get(fromX + c * meta.get(STRIDES)) - mean) / deviation;
            float scaled = dX.get(toX + c * meta.get(STRIDES + 5));
            dX.set(toX + c * meta.get(STRIDES + 5), (scaled - meanGradient - normal * meanProjection) / deviation);
        }
    }
}
