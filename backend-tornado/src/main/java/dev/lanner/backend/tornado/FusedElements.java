package dev.lanner.backend.tornado;

import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.math.TornadoMath;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/** Element-wise kernels of fused operations: header (n), one block. */
final class FusedElements {
    /** {@code out = mask x + residual}, the mask as {@link Randoms} draws it; word 5 says whether there is a residual. */
    static final Kernel DROPOUT = Kernel.into(
            3,
            "dropout",
            (graph, id, context, meta, a) -> graph.task(
                    id,
                    FusedElements::dropout,
                    context,
                    meta,
                    a.reals(),
                    a.ints(0),
                    a.floats(1),
                    a.floats(2),
                    a.floats(3)));

    /** {@code out = dOut silu'(z)}. */
    static final Kernel SILU_GRADIENT = Kernel.into(
            2,
            "siluGradient",
            (graph, id, context, meta, a) ->
                    graph.task(id, FusedElements::siluGradient, context, meta, a.floats(0), a.floats(1), a.floats(2)));

    /** Adam's step: floats (beta1, beta2, epsilon, weight decay), word 1: decoupled, words 2 and 3: stride and offset of the rates. */
    static final Kernel ADAM = new Kernel(
            "adamStep",
            0b1110_0000,
            (graph, id, context, meta, a) -> graph.task(
                    id,
                    FusedElements::adamStep,
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
                    a.floats(7)));

    private FusedElements() {}

    static void dropout(
            KernelContext context,
            IntArray meta,
            FloatArray reals,
            IntArray step,
            FloatArray x,
            FloatArray residual,
            FloatArray out) {
        int i = context.globalIdx;
        Outputs.keep(i, out);
        if (i < meta.get(0)) {
            int bits = Randoms.word(meta, step, i) >> 8 & 0xFFFFFF;
            float factor = bits < meta.get(4) ? 0 : reals.get(0);
            float value = factor * x.get(Meta.position(meta, Meta.HEADER, 0, i));
            if (meta.get(5) == 1) {
                value += residual.get(Meta.position(meta, Meta.HEADER, 1, i));
            }
            out.set(Meta.position(meta, Meta.HEADER, 2, i), value);
        }
    }

    static void siluGradient(KernelContext context, IntArray meta, FloatArray z, FloatArray dOut, FloatArray out) {
        int i = context.globalIdx;
        Outputs.keep(i, out);
        if (i < meta.get(0)) {
            float slope = AttentionTiles.siluSlope(z.get(Meta.position(meta, Meta.HEADER, 0, i)));
            float gradient = dOut.get(Meta.position(meta, Meta.HEADER, 1, i));
            out.set(Meta.position(meta, Meta.HEADER, 2, i), gradient * slope);
        }
    }

    static void adamStep(
            KernelContext context,
            IntArray meta,
            FloatArray reals,
            FloatArray p,
            FloatArray g,
            FloatArray m,
            FloatArray v,
            FloatArray rates,
            FloatArray newP,
            FloatArray newM,
            FloatArray newV) {
        int i = context.globalIdx;
        Outputs.keep(i, newP);
        Outputs.keep(i, newM);
        Outputs.keep(i, newV);
        if (i < meta.get(0)) {
            float beta1 = reals.get(0);
            float beta2 = reals.get(1);
            float decay = reals.get(3);
            float learningRate = rates.get(meta.get(3));
            float correction1 = rates.get(meta.get(2) + meta.get(3));
            float correction2 = rates.get(2 * meta.get(2) + meta.get(3));
            float parameter = p.get(Meta.position(meta, Meta.HEADER, 0, i));
            float gradient = g.get(Meta.position(meta, Meta.HEADER, 1, i));
            if (meta.get(1) == 1) {
                parameter = parameter - parameter * decay * learningRate;
            } else {
                gradient = gradient + parameter * decay;
            }
            float first = m.get(Meta.position(meta, Meta.HEADER, 2, i)) * beta1 + gradient * reals.get(4);
            float second = v.get(Meta.position(meta, Meta.HEADER, 3, i)) * beta2 + gradient * gradient * reals.get(5);
            float root = TornadoMath.sqrt(second / correction2);
            float change = first / correction1 / (root + reals.get(2)) * learningRate;
            newP.set(Meta.position(meta, Meta.HEADER, 4, i), parameter - change);
            newM.set(Meta.position(meta, Meta.HEADER, 5, i), first);
            newV.set(Meta.position(meta, Meta.HEADER, 6, i), second);
        }
    }
}
