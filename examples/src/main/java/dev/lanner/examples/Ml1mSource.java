package dev.lanner.examples;

import dev.lanner.hstu.data.MovieLens;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
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

    private static final Duration CONNECT_LIMIT = Duration.ofSeconds(15);
    private static final Duration DOWNLOAD_LIMIT = Duration.ofMinutes(10);
    private static final int HTTP_OK = 200;

    private Ml1mSource() {}

    /** The folder where the download goes. */
    static Path cache() {
        return Path.of(System.getProperty("user.home"), ".cache", "lanner", "ml-1m");
    }

    /**
     * The folder with the data: {@code $ML1M_DIR}, else the cache, else what a download puts there.
     *
     * @param log told in one line that a download begins
     * @throws IOException if the data cannot be had here; the message says why
     */
    static Path find(Consumer<String> log) throws IOException {
        String named = System.getenv(ENVIRONMENT);
        if (named != null && !named.isEmpty()) {
            return Path.of(named);
        }
        Path cache = cache();
        if (Files.isRegularFile(cache.resolve(MovieLens.RATINGS))) {
            return cache;
        }
        if (Files.exists(cache)) {
            throw new IOException(cache + " is there, but has no " + MovieLens.RATINGS);
        }
        log.accept("Downloading MovieLens-1M from " + ARCHIVE + " (research use only, see its README)");
        download(cache);
        return cache;
    }

    private static void download(Path target) throws IOException {
        Files.createDirectories(target.getParent());
        Path archive = Files.createTempFile(target.getParent(), "ml-1m", ".zip.part");
        Path unpacked = Files.createTempDirectory(target.getParent(), "ml-1m.part");
        try {
            fetch(archive);
            String md5 = md5(archive);
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

    /** Downloads the archive; the limit holds for the whole of it, as a stalled body would never end. */
    private static void fetch(Path archive) throws IOException {
        HttpClient client = HttpClient.newBuilder()
                .connectTimeout(CONNECT_LIMIT)
                .followRedirects(HttpClient.Redirect.NORMAL)
                .build();
        try {
            HttpRequest request = HttpRequest.newBuilder(ARCHIVE).build();
            int status = client.sendAsync(request, HttpResponse.BodyHandlers.ofFile(archive))
                    .get(DOWNLOAD_LIMIT.toSeconds(), TimeUnit.SECONDS)
                    .statusCode();
            if (status != HTTP_OK) {
                throw new IOException("HTTP status " + status + " from " + ARCHIVE);
            }
        } catch (ExecutionException e) {
            Throwable cause = e.getCause();
            String what = cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage();
            throw new IOException(what + " for " + ARCHIVE.getHost(), cause);
        } catch (TimeoutException e) {
            throw new IOException(
                    "no answer from " + ARCHIVE.getHost() + " within " + DOWNLOAD_LIMIT.toMinutes() + " min", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("the download was interrupted");
        } finally {
            client.shutdownNow();
        }
    }

    private static String md5(Path file) throws IOException {
        try {
            MessageDigest digest = MessageDigest.getInstance("MD5");
            return HexFormat.of().formatHex(digest.digest(Files.readAllBytes(file)));
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
        if (!Files.isRegularFile(folder.resolve(MovieLens.RATINGS))) {
            throw new IOException("the archive has no " + MovieLens.RATINGS);
        }
    }

    private static void deleteFolder(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) {
            return;
        }
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder)) {
            for (Path file : files) {
                Files.delete(file);
            }
        }
        Files.delete(folder);
    }
}
