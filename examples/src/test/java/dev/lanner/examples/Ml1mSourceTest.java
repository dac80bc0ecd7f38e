package dev.lanner.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Unpacks archives that are made here: no test downloads anything. */
class Ml1mSourceTest {
    @TempDir
    private Path scratch;

    private Path archive;
    private Path folder;

    @BeforeEach
    void makeFolder() throws IOException {
        archive = scratch.resolve("ml-1m.zip");
        folder = Files.createDirectory(scratch.resolve("unpacked"));
    }

    @Test
    void unpacksTheFilesOfTheArchivesFolder() throws IOException {
        zip("ml-1m/", "ml-1m/movies.dat", "ml-1m/ratings.dat", "ml-1m/README");
        Ml1mSource.unpack(archive, folder);
        assertEquals(List.of("README", "movies.dat", "ratings.dat"), names(folder));
        assertEquals("content of ml-1m/ratings.dat", Files.readString(folder.resolve("ratings.dat")));
    }

    @Test
    void writesNothingOutsideOfTheFolder() throws IOException {
        zip("../ratings.dat", "../../evil");
        Ml1mSource.unpack(archive, folder);
        assertEquals(List.of("evil", "ratings.dat"), names(folder));
        assertEquals(List.of("ml-1m.zip", "unpacked"), names(scratch));
    }

    @Test
    void archiveWithoutRatingsIsRefused() throws IOException {
        zip("ml-1m/", "ml-1m/movies.dat");
        assertRefused();
    }

    @Test
    void whatIsNoArchiveIsRefused() throws IOException {
        Files.writeString(archive, "<html>503 Service Unavailable</html>");
        assertRefused();
    }

    private void assertRefused() {
        IOException refused = assertThrows(IOException.class, () -> Ml1mSource.unpack(archive, folder));
        assertEquals("the archive has no ratings.dat", refused.getMessage());
    }

    private void zip(String... entries) throws IOException {
        try (OutputStream out = Files.newOutputStream(archive);
                ZipOutputStream zip = new ZipOutputStream(out)) {
            for (String entry : entries) {
                zip.putNextEntry(new ZipEntry(entry));
                if (!entry.endsWith("/")) {
                    zip.write(("content of " + entry).getBytes(StandardCharsets.UTF_8));
                }
                zip.closeEntry();
            }
        }
    }

    private static List<String> names(Path directory) throws IOException {
        try (var files = Files.list(directory)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }
}
