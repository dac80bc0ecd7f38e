package dev.lanner.nn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lanner.tensor.Tensor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SafetensorsTest {
    @TempDir
    private Path folder;

    private static Map<String, Tensor> tensors() {
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        tensors.put(
                "z.weight",
                Tensor.of(new float[] {1, Float.NaN, -0f, Float.MIN_VALUE, 5, 6}, 2, 3)
                        .transpose());
        tensors.put("a", Tensor.of(new double[] {Math.PI}));
        tensors.put("ids", Tensor.of(new int[] {-1, Integer.MAX_VALUE}, 2));
        tensors.put("times", Tensor.of(new long[] {Long.MIN_VALUE, 978_300_760}, 1, 2));
        tensors.put("empty", Tensor.of(new float[0], 0, 4));
        return tensors;
    }

    @Test
    void readsWhatItWrote() throws IOException {
        Path file = folder.resolve("model.safetensors");
        Safetensors.write(file, tensors(), Map.of("epoch", "7", "quote", "\"ä\n"));
        Safetensors.Contents contents = Safetensors.read(file);
        assertEquals(Map.of("epoch", "7", "quote", "\"ä\n"), contents.metadata());
        assertEquals(
                List.copyOf(tensors().keySet()), List.copyOf(contents.tensors().keySet()));
        assertEquals("F32[3, 2]", contents.tensors().get("z.weight").toString().split(" on ", -1)[0]);
        assertArrayEquals(
                tensors().get("z.weight").toFloats(),
                contents.tensors().get("z.weight").toFloats());
        assertEquals(Math.PI, contents.tensors().get("a").item());
        assertArrayEquals(
                new int[] {-1, Integer.MAX_VALUE}, contents.tensors().get("ids").toInts());
        assertArrayEquals(
                new long[] {Long.MIN_VALUE, 978_300_760},
                contents.tensors().get("times").toLongs());
        assertEquals(0, contents.tensors().get("empty").shape().elements());
    }

    @Test
    void hasTheLayoutOfTheFormat() throws IOException {
        Path file = folder.resolve("one.safetensors");
        Safetensors.write(file, Map.of("w", Tensor.of(new float[] {1.5f}, 1)), Map.of());
        ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
        int header = (int) bytes.getLong();
        String json = new String(bytes.array(), 8, header, StandardCharsets.UTF_8).strip();
        assertEquals("{\"w\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}", json);
        assertEquals(0, header % 8);
        assertEquals(1.5f, bytes.getFloat(8 + header));
        assertEquals(8 + header + 4, bytes.capacity());
    }

    @Test
    void replacesAFileAtOnceAndLeavesNothingBeside() throws IOException {
        Path file = folder.resolve("model.safetensors");
        Safetensors.write(file, tensors(), Map.of());
        byte[] before = Files.readAllBytes(file);
        assertThrows(
                IOException.class,
                () -> AtomicFiles.write(file, out -> {
                    out.write(1);
                    throw new IOException("disk full");
                }));
        assertArrayEquals(before, Files.readAllBytes(file));
        try (var files = Files.list(folder)) {
            assertEquals(List.of(file), files.toList());
        }
    }

    @Test
    void namesTheFileThatIsNone() throws IOException {
        String[] broken = {
            "",
            "short",
            header(1000, "{}"),
            header(2, "[]"),
            header(4, "{\"w\""),
            header(-1, "{}"),
            header(64, "{\"w\":{\"dtype\":\"F32\",\"shape\":[9],\"data_offsets\":[0,36]}}       "),
            header(64, "{\"w\":{\"dtype\":\"F99\",\"shape\":[0],\"data_offsets\":[0,0]}}        "),
        };
        for (int i = 0; i < broken.length; i++) {
            Path file = folder.resolve("broken" + i);
            Files.write(file, broken[i].getBytes(StandardCharsets.ISO_8859_1));
            IOException e = assertThrows(IOException.class, () -> Safetensors.read(file), broken[i]);
            assertTrue(e.getMessage().startsWith(file + ": not a safetensors file"), e.getMessage());
        }
    }

    @Test
    void namesTheTensorOfAnotherType() throws IOException {
        Path file = folder.resolve("half.safetensors");
        String header = "{\"w\":{\"dtype\":\"BF16\",\"shape\":[2],\"data_offsets\":[0,4]}}";
        Files.write(file, (header(header.length(), header) + "1234").getBytes(StandardCharsets.ISO_8859_1));
        IOException e = assertThrows(IOException.class, () -> Safetensors.read(file));
        assertEquals(
                file
                        + ": not a safetensors file that can be read: w has dtype BF16, which is none of [F32, F64, I32, I64]",
                e.getMessage());
    }

    @Test
    void twoWritersOfAFileEachWriteAWholeOne() throws IOException {
        Path file = folder.resolve("page");
        byte[] one = new byte[100_000];
        byte[] other = {1, 2, 3};
        AtomicFiles.write(file, out -> {
            out.write(one);
            AtomicFiles.write(file, inner -> inner.write(other));
            assertArrayEquals(other, Files.readAllBytes(file));
        });
        assertArrayEquals(one, Files.readAllBytes(file));
    }

    @Test
    void aFileThatIsThereIsNotCreatedAgain() throws IOException {
        Path file = folder.resolve("once");
        AtomicFiles.create(file, out -> out.write(1));
        assertThrows(FileAlreadyExistsException.class, () -> AtomicFiles.create(file, out -> out.write(2)));
        assertArrayEquals(new byte[] {1}, Files.readAllBytes(file));
        try (Stream<Path> all = Files.list(folder)) {
            assertEquals(List.of(file), all.toList());
        }
    }

    private static String header(long length, String json) {
        byte[] eight = ByteBuffer.allocate(8)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(length)
                .array();
        return new String(eight, StandardCharsets.ISO_8859_1) + json;
    }
}
