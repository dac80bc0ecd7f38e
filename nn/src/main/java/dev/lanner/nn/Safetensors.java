package dev.lanner.nn;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.lanner.tensor.DType;
import dev.lanner.tensor.Shape;
import dev.lanner.tensor.Tensor;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;

/**
 * Reads and writes safetensors files, which Python's {@code safetensors} opens: eight bytes with the length of a JSON header
 * (little endian), the header with dtype, shape and place of each tensor, then their elements row-major, little endian.
 */
public final class Safetensors {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String METADATA = "__metadata__";
    private static final int LENGTH_BYTES = Long.BYTES;
    private static final int ALIGNMENT = 8;

    /**
     * What a file holds.
     *
     * @param tensors by name, in the order of the file
     * @param metadata texts by name
     */
    public record Contents(Map<String, Tensor> tensors, Map<String, String> metadata) {}

    private Safetensors() {}

    /**
     * Writes a file beside the target and renames it, so that a reader finds the old file or the new one, whole.
     *
     * @param tensors by name
     * @param metadata texts by name
     */
    public static void write(Path file, Map<String, Tensor> tensors, Map<String, String> metadata) throws IOException {
        ObjectNode header = JSON.createObjectNode();
        if (!metadata.isEmpty()) {
            ObjectNode texts = header.putObject(METADATA);
            // Sorted, so that equal contents are equal bytes.
            new TreeMap<>(metadata).forEach(texts::put);
        }
        long offset = 0;
        for (Map.Entry<String, Tensor> entry : tensors.entrySet()) {
            Tensor tensor = entry.getValue();
            long end = offset + (long) tensor.shape().elements() * bytes(tensor.dtype());
            ObjectNode place = header.putObject(entry.getKey());
            place.put("dtype", tensor.dtype().name());
            place.set("shape", JSON.valueToTree(tensor.shape().sizes()));
            place.putArray("data_offsets").add(offset).add(end);
            offset = end;
        }
        byte[] json = JSON.writeValueAsBytes(header);
        int padded = (json.length + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
        byte[] head = new byte[LENGTH_BYTES + padded];
        Arrays.fill(head, (byte) ' ');
        ByteBuffer.wrap(head).order(ByteOrder.LITTLE_ENDIAN).putLong(padded).put(json);
        AtomicFiles.write(file, out -> {
            out.write(head);
            for (Tensor tensor : tensors.values()) {
                writeElements(tensor, out);
            }
        });
    }

    /**
     * Reads a file.
     *
     * @throws IOException if it cannot be read or is no safetensors file; the message names it
     */
    public static Contents read(Path file) throws IOException {
        byte[] all = Files.readAllBytes(file);
        ByteBuffer buffer = ByteBuffer.wrap(all).order(ByteOrder.LITTLE_ENDIAN);
        long length = all.length < LENGTH_BYTES ? -1 : buffer.getLong();
        if (length < 2 || length > all.length - LENGTH_BYTES) {
            throw new IOException(file + ": not a safetensors file: no header within its " + all.length + " bytes");
        }
        String text = new String(all, LENGTH_BYTES, (int) length, StandardCharsets.UTF_8);
        ByteBuffer data = buffer.slice(LENGTH_BYTES + (int) length, all.length - LENGTH_BYTES - (int) length);
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        Map<String, String> metadata = new LinkedHashMap<>();
        try {
            JsonNode header = JSON.readTree(text);
            if (!header.isObject()) {
                throw new IllegalArgumentException("the header is no JSON object");
            }
            for (Map.Entry<String, JsonNode> entry : header.properties()) {
                if (entry.getKey().equals(METADATA)) {
                    entry.getValue()
                            .properties()
                            .forEach(item ->
                                    metadata.put(item.getKey(), item.getValue().asText()));
                } else {
                    tensors.put(entry.getKey(), readTensor(entry.getKey(), entry.getValue(), data));
                }
            }
        } catch (JacksonException | IllegalArgumentException | IndexOutOfBoundsException e) {
            throw new IOException(file + ": not a safetensors file that can be read: " + e.getMessage(), e);
        }
        return new Contents(tensors, metadata);
    }

    private static Tensor readTensor(String name, JsonNode place, ByteBuffer data) {
        DType dtype = dtype(name, place.path("dtype").asText());
        if (!place.path("shape").isArray()) {
            throw new IllegalArgumentException(name + " has no shape");
        }
        int[] sizes = JSON.convertValue(place.path("shape"), int[].class);
        Shape shape = Shape.of(sizes);
        long start = place.path("data_offsets").path(0).asLong(-1);
        long end = place.path("data_offsets").path(1).asLong(-1);
        if (start < 0 || end > data.limit() || end - start != (long) shape.elements() * bytes(dtype)) {
            throw new IllegalArgumentException(
                    name + ": data_offsets [" + start + ", " + end + "] do not hold " + dtype + shape);
        }
        ByteBuffer part = data.slice((int) start, (int) (end - start)).order(ByteOrder.LITTLE_ENDIAN);
        return switch (dtype) {
            case F32 -> {
                float[] values = new float[shape.elements()];
                part.asFloatBuffer().get(values);
                yield Tensor.of(values, sizes);
            }
            case F64 -> {
                double[] values = new double[shape.elements()];
                part.asDoubleBuffer().get(values);
                yield Tensor.of(values, sizes);
            }
            case I32 -> {
                int[] values = new int[shape.elements()];
                part.asIntBuffer().get(values);
                yield Tensor.of(values, sizes);
            }
            case I64 -> {
                long[] values = new long[shape.elements()];
                part.asLongBuffer().get(values);
                yield Tensor.of(values, sizes);
            }
        };
    }

    private static DType dtype(String tensor, String name) {
        return Arrays.stream(DType.values())
                .filter(dtype -> dtype.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException(
                        tensor + " has dtype " + name + ", which is none of " + Arrays.toString(DType.values())));
    }

    private static void writeElements(Tensor tensor, OutputStream out) throws IOException {
        byte[] elements = new byte[Math.multiplyExact(tensor.shape().elements(), bytes(tensor.dtype()))];
        ByteBuffer bytes = ByteBuffer.wrap(elements).order(ByteOrder.LITTLE_ENDIAN);
        switch (tensor.dtype()) {
            case F32 -> bytes.asFloatBuffer().put(tensor.toFloats());
            case F64 -> bytes.asDoubleBuffer().put(tensor.toDoubles());
            case I32 -> bytes.asIntBuffer().put(tensor.toInts());
            case I64 -> bytes.asLongBuffer().put(tensor.toLongs());
        }
        out.write(elements);
    }

    private static int bytes(DType dtype) {
        return switch (dtype) {
            case F32, I32 -> Float.BYTES;
            case F64, I64 -> Double.BYTES;
        };
    }
}
