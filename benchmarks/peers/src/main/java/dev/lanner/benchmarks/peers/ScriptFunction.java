package dev.lanner.benchmarks.peers;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.engine.PtSymbolBlock;
import ai.djl.pytorch.jni.IValueUtils;
import ai.djl.pytorch.jni.JniUtils;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * A function of torch that DJL does not bind, called through a script of this one function, whose archive is made here: a zip of its
 * source and of a pickled object without attributes.
 */
final class ScriptFunction implements AutoCloseable {
    /** In pickle protocol 2: an instance of {@code __torch__.Function} with {@code training = True}. */
    private static final String OBJECT = "\u0080\u0002c__torch__\nFunction\n)\u0081}(X\b\0\0\0training\u0088ub.";
    /** In pickle protocol 2: an empty tuple. */
    private static final String NO_CONSTANTS = "\u0080\u0002).";

    private final PtSymbolBlock script;

    private ScriptFunction(NDManager manager, String arguments, String call) {
        try {
            script = JniUtils.loadModule(
                    (PtNDManager) manager, new ByteArrayInputStream(archive(source(arguments, call))), false, false);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * {@code x * sigmoid(x)}. Written in these two operations it would cost libtorch a second pass forward and three more backward
     * (measured: 1.6 to 2 times the time).
     */
    static ScriptFunction silu(NDManager manager) {
        return new ScriptFunction(manager, "x: Tensor", "torch.silu(x)");
    }

    /** Of {@code (x, boundaries)}: how many of the ascending boundaries are at most x, I64. */
    static ScriptFunction bucketize(NDManager manager) {
        return new ScriptFunction(
                manager,
                "x: Tensor,\n    boundaries: Tensor",
                "torch.bucketize(x, boundaries, out_int32=False, right=True)");
    }

    /** Its value. */
    NDArray apply(NDArray... arguments) {
        return IValueUtils.forward(script, new NDList(arguments), true).singletonOrThrow();
    }

    @Override
    public void close() {
        script.close();
    }

    private static String source(String arguments, String call) {
        return """
                class Function(Module):
                  __parameters__ = []
                  __buffers__ = []
                  training : bool
                  def forward(self: __torch__.Function,
                    %s) -> Tensor:
                    return %s
                """.formatted(arguments, call);
    }

    private static byte[] archive(String source) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
            zip.setMethod(ZipOutputStream.STORED);
            put(zip, "function/data.pkl", OBJECT);
            put(zip, "function/code/__torch__.py", source);
            put(zip, "function/constants.pkl", NO_CONSTANTS);
            put(zip, "function/version", "3\n");
        }
        return bytes.toByteArray();
    }

    private static void put(ZipOutputStream zip, String name, String content) throws IOException {
        byte[] bytes = content.getBytes(StandardCharsets.ISO_8859_1);
        CRC32 checksum = new CRC32();
        checksum.update(bytes);
        ZipEntry entry = new ZipEntry(name);
        entry.setSize(bytes.length);
        entry.setCrc(checksum.getValue());
        zip.putNextEntry(entry);
        zip.write(bytes);
        zip.closeEntry();
    }
}
