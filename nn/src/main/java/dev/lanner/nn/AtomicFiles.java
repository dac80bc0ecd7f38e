package dev.lanner.nn;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.CopyOption;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.UUID;

/**
 * Writes files beside their place and renames them: whoever looks finds the old one or the new one, never half of one. Of several who
 * write one at a time the last stays.
 */
public final class AtomicFiles {
    /** Writes the whole content of a file. */
    @FunctionalInterface
    public interface Content {
        /** Writes to a stream, which the caller closes. */
        void writeTo(OutputStream out) throws IOException;
    }

    private AtomicFiles() {}

    /**
     * Writes a file, forces it to the disk and moves it to its place.
     *
     * @throws IOException if that fails; what was there before is untouched then
     */
    public static void write(Path file, Content content) throws IOException {
        move(file, content, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    /**
     * Writes a file that must not be there yet. Whether it is, is looked at again at the end; of two who reach it at the same moment the last
     * stays.
     *
     * @throws FileAlreadyExistsException if it is; it is untouched then
     * @throws IOException if it cannot be written
     */
    public static void create(Path file, Content content) throws IOException {
        move(file, content);
    }

    private static void move(Path file, Content content, CopyOption... options) throws IOException {
        Path beside = file.resolveSibling(file.getFileName() + "." + UUID.randomUUID() + ".part");
        try {
            try (FileChannel channel =
                            FileChannel.open(beside, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
                    OutputStream out = new BufferedOutputStream(Channels.newOutputStream(channel))) {
                content.writeTo(out);
                out.flush();
                channel.force(true);
            }
            Files.move(beside, file, options);
        } finally {
            Files.deleteIfExists(beside);
        }
    }
}
