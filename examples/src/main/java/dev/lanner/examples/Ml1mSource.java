package dev.lanner.examples;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;

/** Finds MovieLens-1M on this machine, or downloads it from GroupLens. */
final class Ml1mSource {
    /** The environment variable that names a folder with {@code ratings.dat}. */
    static final String ENVIRONMENT = "ML1M_DIR";

    private static final URI ARCHIVE = URI.create("https://files.grouplens.org/datasets/movielens/ml-1m.zip");
    /** Published beside the archive, as ml-1m.zip.md5. */
    private static final String ARCHIVE_MD5 = "c4d9eecfca2ab87c1945afe126590906";

    private static final Duration TIMEOUT = Duration.ofSeconds(15);
    private static final String RATINGS = "ratings.dat";

    private Ml1mSource() {}

    /** The folder where the download goes. */
    static Path cache() {
        return Path.of(System.getProperty("user.home"), ".cache", "lanner", "ml-1m");
    }

    /**
     * The folder with the data: {@code $ML1M_DIR}, else the cache, else what a download puts there.
     *
     * @param log told in one line what happens
     * @return empty if the data cannot be had here
     */
    static Optional<Path> find(Consumer<String> log) {
        String named = System.getenv(ENVIRONMENT);
        if (named != null && !named.isEmpty()) {
            return Optional.of(Path.of(named));
        }
        Path cache = cache();
        if (Files.isRegularFile(cache.resolve(RATINGS))) {
            return Optional.of(cache);
        }
        try {
            log.accept("Downloading MovieLens-1M from " + ARCHIVE + " (research use only, see its README)");
            download(cache);
            return Optional.of(cache);
        } catch (IOException e) {
            log.accept(
                    "MovieLens-1M cannot be had here (" + reason(e) + "): training on the built-in sample instead; give"
                            + " --data DIR or set " + ENVIRONMENT + " to use a copy of your own");
            return Optional.empty();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        }
    }

    private static String reason(IOException e) {
        return e.getMessage() == null ? e.getClass().getSimpleName() + " for " + ARCHIVE.getHost() : e.getMessage();
    }

    private static void download(Path target) throws IOException, InterruptedException {
        Files.createDirectories(target.getParent());
        Path archive = Files.createTempFile(target.getParent(), "ml-1m", ".zip.part");
        Path unpacked = Files.createTempDirectory(target.getParent(), "ml-1m.part");
        try (HttpClient client = HttpClient.newBuilder()
                .connectTimeout(TIMEOUT)
                .followRedirects(HttpClient.Redirect.NORMAL)
                .build()) {
            HttpRequest request =
                    HttpRequest.newBuilder(ARCHIVE).timeout(TIMEOUT).build();
            HttpResponse<InputStream> response = client.send(request, HttpResponse.BodyHandlers.ofInputStream());
            if (response.statusCode() != 200) {
                throw new IOException("HTTP status " + response.statusCode() + " from " + ARCHIVE);
            }
            String md5 = save(response.body(), archive);
            if (!md5.equals(ARCHIVE_MD5)) {
                throw new IOException("the archive's MD5 is " + md5 + ", published is " + ARCHIVE_MD5);
            }
            unpack(archive, unpacked);
            Files.move(unpacked, target, StandardCopyOption.ATOMIC_MOVE);
        } finally {
            Files.deleteIfExists(archive);
            deleteFolder(unpacked);
        }
    }

    /** Saves a stream and returns the MD5 of its bytes. */
    private static String save(InputStream body, Path file) throws IOException {
        try {
            MessageDigest digest = MessageDigest.getInstance("MD5");
            try (DigestInputStream in = new DigestInputStream(body, digest)) {
                Files.copy(in, file, StandardCopyOption.REPLACE_EXISTING);
            }
            return HexFormat.of().formatHex(digest.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has MD5", e);
        }
    }

    /** Unpacks the files of the archive's one folder, without the folder. */
    static void unpack(Path archive, Path folder) throws IOException {
        try (ZipInputStream zip = new ZipInputStream(Files.newInputStream(archive))) {
            for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
                String name = entry.getName().substring(entry.getName().lastIndexOf('/') + 1);
                if (!entry.isDirectory() && !name.isEmpty()) {
                    Files.copy(zip, folder.resolve(name));
                }
            }
        }
        if (!Files.isRegularFile(folder.resolve(RATINGS))) {
            throw new IOException("the archive has no " + RATINGS);
        }
    }

    private static void deleteFolder(Path folder) {
        if (!Files.isDirectory(folder)) {
            return;
        }
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder)) {
            for (Path file : files) {
                Files.delete(file);
            }
            Files.delete(folder);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
