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
 * {@code torch.silu}, which DJL does not bind. Written as {@code x * sigmoid(x)} it would cost libtorch a second pass forward and
 * three more backward (measured: 1.6 to 2 times the time), so it is called through a script of this one function, whose archive
 * is made here: a zip of its source and of a pickled object without attributes.
 */
final class SiluFunction implements AutoCloseable {
    private static final String SOURCE = """
            class Silu(Module):
              __parameters__ = []
              __buffers__ = []
              training : bool
              def forward(self: __torch__.Silu,
                x: Tensor) -> Tensor:
                return torch.silu(x)
            """;

    /** In pickle protocol 2: an instance of {@code __torch__.Silu} with {@code training = True}. */
    private static final String OBJECT = "\u0080\u0002c__torch__\nSilu\n)\u0081}(X\b\0\0\0training\u0088ub.";
    /** In pickle protocol 2: an empty tuple. */
    private static final String NO_CONSTANTS = "\u0080\u0002).";

    private final PtSymbolBlock script;

    SiluFunction(NDManager manager) {
        try {
            script = JniUtils.loadModule((PtNDManager) manager, new ByteArrayInputStream(archive()), false, false);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** {@code x * sigmoid(x)}. */
    NDArray apply(NDArray x) {
        return IValueUtils.forward(script, new NDList(x), true).singletonOrThrow();
    }

    @Override
    public void close() {
        script.close();
    }

    private static byte[] archive() throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
            zip.setMethod(ZipOutputStream.STORED);
            put(zip, "silu/data.pkl", OBJECT);
            put(zip, "silu/code/__torch__.py", SOURCE);
            put(zip, "silu/constants.pkl", NO_CONSTANTS);
            put(zip, "silu/version", "3\n");
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
