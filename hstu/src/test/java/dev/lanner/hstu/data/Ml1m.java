package dev.lanner.hstu.data;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Assumptions;

/** MovieLens-1M for the tests that need it. It may not be passed on, so it is not part of the project. */
public final class Ml1m {
    private Ml1m() {}

    /** Its folder: the system property {@code ml1m.dir}, else the environment's {@code ML1M_DIR}; else the test is skipped. */
    public static Path folder() {
        String name = System.getProperty("ml1m.dir", System.getenv("ML1M_DIR"));
        boolean found = name != null && Files.isReadable(Path.of(name, MovieLens.RATINGS));
        Assumptions.assumeTrue(found, "no MovieLens-1M here: ML1M_DIR names no folder with ratings.dat");
        return Path.of(name);
    }
}
