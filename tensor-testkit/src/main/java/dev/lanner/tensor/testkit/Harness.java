package dev.lanner.tensor.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lanner.tensor.backend.Backend;
import dev.lanner.tensor.backend.HostArray;
import dev.lanner.tensor.backend.Storage;
import dev.lanner.tensor.backend.View;
import dev.lanner.tensor.reference.ReferenceBackend;
import java.util.Arrays;

/** Makes the calls of {@link BackendContract} on the backend under test and on the reference, and compares. Opaque to subclasses. */
public final class Harness {
    private final Backend backend;
    private final ReferenceBackend reference = new ReferenceBackend();
    private final double relative;
    private final double fused;

    /** A call on a backend: reads {@code in}, writes {@code out}. */
    @FunctionalInterface
    interface Call {
        void run(Backend backend, View[] in, View[] out);
    }

    Harness(Backend backend, double relative, double fused) {
        this.backend = backend;
        this.relative = relative;
        this.fused = fused;
    }

    /** The backend under test. */
    Backend backend() {
        return backend;
    }

    /** The relative tolerance of F32 arithmetic. */
    double relative() {
        return relative;
    }

    /** The tolerance of fused kernels, relative to the largest magnitude of a result or of its terms. */
    double fused() {
        return fused;
    }

    /**
     * Makes one call on both backends; the reference works on row-major copies of the operands. Fails if the backend under test
     * changes an input, or anything around its outputs.
     *
     * @param what the call, for messages
     */
    Outcome run(String what, Call call, Operand[] out, Operand... in) {
        String described = what + ", in " + Arrays.toString(in) + ", out " + Arrays.toString(out);
        Storage[] inputs = upload(backend, in);
        Storage[] outputs = upload(backend, out);
        call.run(backend, views(in, inputs), views(out, outputs));
        backend.synchronize();
        for (int i = 0; i < in.length; i++) {
            assertTrue(in[i].isUnchanged(download(in[i], inputs[i])), described + ": input " + i + " was changed");
        }
        HostArray[] actual = new HostArray[out.length];
        for (int i = 0; i < out.length; i++) {
            actual[i] = guarded(described, out[i], outputs[i]);
        }
        release(inputs);
        release(outputs);
        return new Outcome(described, actual, expected(call, out, in));
    }

    /** Makes one call whose output is the very view of its first input. */
    Outcome runInPlace(String what, Call call, Operand inOut, Operand... others) {
        Operand[] in = new Operand[others.length + 1];
        in[0] = inOut;
        System.arraycopy(others, 0, in, 1, others.length);
        String described = what + " in place, in " + Arrays.toString(in);
        Storage[] inputs = upload(backend, in);
        View[] views = views(in, inputs);
        call.run(backend, views, new View[] {views[0]});
        backend.synchronize();
        HostArray[] actual = {guarded(described, inOut, inputs[0])};
        release(inputs);
        return new Outcome(described, actual, expected(call, new Operand[] {inOut}, in));
    }

    /** What the reference gives on row-major copies of the operands. */
    HostArray[] expected(Call call, Operand[] out, Operand... in) {
        Operand[] packedIn = Arrays.stream(in).map(Operand::packed).toArray(Operand[]::new);
        Operand[] packedOut = Arrays.stream(out).map(Operand::packed).toArray(Operand[]::new);
        Storage[] outputs = upload(reference, packedOut);
        call.run(reference, views(packedIn, upload(reference, packedIn)), views(packedOut, outputs));
        return Arrays.copyOf(outputs, outputs.length, HostArray[].class);
    }

    /** The elements of an output in row-major order, after a look at the guards. */
    HostArray guarded(String described, Operand operand, Storage storage) {
        HostArray whole = download(operand, storage);
        int broken = operand.brokenGuard(whole);
        assertEquals(-1, broken, described + ": written beside the output, at position " + broken + " of the storage");
        return operand.picked(whole);
    }

    /** The whole storage that an operand was uploaded to, guards included. */
    HostArray download(Operand operand, Storage storage) {
        HostArray whole = HostArray.allocate(operand.dtype(), operand.size());
        backend.download(storage, 0, whole, operand.size());
        return whole;
    }

    /** New storages with the operands and their guards. */
    Storage[] upload(Operand... operands) {
        return upload(backend, operands);
    }

    private static Storage[] upload(Backend to, Operand... operands) {
        Storage[] storages = new Storage[operands.length];
        for (int i = 0; i < operands.length; i++) {
            storages[i] = to.allocate(operands[i].dtype(), operands[i].size());
            to.upload(operands[i].storage(), storages[i], operands[i].size());
        }
        return storages;
    }

    static View[] views(Operand[] operands, Storage... storages) {
        View[] views = new View[operands.length];
        for (int i = 0; i < operands.length; i++) {
            views[i] = new View(storages[i], operands[i].layout());
        }
        return views;
    }

    void release(Storage... storages) {
        for (Storage storage : storages) {
            backend.release(storage);
        }
    }
}
