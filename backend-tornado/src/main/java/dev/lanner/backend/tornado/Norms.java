package dev.lanner.backend.tornado;

import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.math.TornadoMath;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/**
 * Layer normalisation, with or without a gate, a work item for each row. Header: (rows, width, 1 where there is a gate), then blocks of
 * the rows' starts, then the strides of the columns. Float: epsilon.
 */
final class Norms {
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
    static final int STRIDES = 3;

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
        int row = context.globalIdx;
        Outputs.keep(row, out);
        if (row < meta.get(0)) {
            int width = meta.get(1);
            int fromX = Meta.position(meta, Meta.HEADER, 0, row);
            int fromGate = Meta.position(meta, Meta.HEADER, 1, row);
            int fromGamma = Meta.position(meta, Meta.HEADER, 2, row);
            int fromBeta = Meta.position(meta, Meta.HEADER, 3, row);
            int to = Meta.position(meta, Meta.HEADER, 4, row);
            float mean = 0;
            for (int c = 0; c < width; c++) {
                mean += x.get(fromX + c * meta.get(STRIDES));
            }
            mean = mean / width;
            float variance = 0;
            for (int c = 0; c < width; c++) {
                float centred = x.get(fromX + c * meta.get(STRIDES)) - mean;
                variance += centred * centred;
            }
            float deviation = TornadoMath.sqrt(variance / width + reals.get(0));
            for (int c = 0; c < width; c++) {
                float normal = (x.get(fromX + c * meta.get(STRIDES)) - mean) / deviation;
                float value = normal * gamma.get(fromGamma + c * meta.get(STRIDES + 2))
                        + beta.get(fromBeta + c * meta.get(STRIDES + 3));
                if (meta.get(2) == 1) {
                    value = value * gate.get(fromGate + c * meta.get(STRIDES + 1));
                }
                out.set(to + c * meta.get(STRIDES + 4), value);
            }
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
        int row = context.globalIdx;
        Outputs.keep(row, dX);
        Outputs.keep(row, dGate);
        Outputs.keep(row, dGamma);
        Outputs.keep(row, dBeta);
        if (row < meta.get(0)) {
            int width = meta.get(1);
            int fromX = Meta.position(meta, Meta.HEADER, 0, row);
            int fromGate = Meta.position(meta, Meta.HEADER, 1, row);
            int fromGamma = Meta.position(meta, Meta.HEADER, 2, row);
            int fromBeta = Meta.position(meta, Meta.HEADER, 3, row);
            int fromOut = Meta.position(meta, Meta.HEADER, 4, row);
            int toX = Meta.position(meta, Meta.HEADER, 5, row);
            int toGate = Meta.position(meta, Meta.HEADER, 6, row);
            float mean = 0;
            for (int c = 0; c < width; c++) {
                mean += x.get(fromX + c * meta.get(STRIDES));
            }
            mean = mean / width;
            float variance = 0;
            for (int c = 0; c < width; c++) {
                float centred = x.get(fromX + c * meta.get(STRIDES)) - mean;
                variance += centred * centred;
            }
            float deviation = TornadoMath.sqrt(variance / width + reals.get(0));
            float sum = 0;
            float projection = 0;
            for (int c = 0; c < width; c++) {
                float normal = (x.get(fromX + c * meta.get(STRIDES)) - mean) / deviation;
                float scale = gamma.get(fromGamma + c * meta.get(STRIDES + 2));
                float gradient = dOut.get(fromOut + c * meta.get(STRIDES + 4));
                if (meta.get(2) == 1) {
                    float shift = beta.get(fromBeta + c * meta.get(STRIDES + 3));
                    dGate.set(toGate + c * meta.get(STRIDES + 6), gradient * (normal * scale + shift));
                    gradient = gradient * gate.get(fromGate + c * meta.get(STRIDES + 1));
                }
                dGamma.set(row * width + c, gradient * normal);
                dBeta.set(row * width + c, gradient);
                sum += gradient * scale;
                projection += gradient * scale * normal;
            }
            for (int c = 0; c < width; c++) {
                float normal = (x.get(fromX + c * meta.get(STRIDES)) - mean) / deviation;
                float scale = gamma.get(fromGamma + c * meta.get(STRIDES + 2));
                float gradient = dBeta.get(row * width + c) * scale;
                dX.set(
                        toX + c * meta.get(STRIDES + 5),
                        (gradient - sum / width - normal * projection / width) / deviation);
            }
        }
    }
}
