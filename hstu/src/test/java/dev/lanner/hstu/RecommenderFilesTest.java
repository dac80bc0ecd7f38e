package dev.lanner.hstu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lanner.hstu.data.DataException;
import dev.lanner.hstu.data.Interactions;
import dev.lanner.hstu.data.MovieLens;
import dev.lanner.hstu.model.HstuConfig;
import dev.lanner.hstu.train.RunConfig;
import dev.lanner.hstu.train.TrainConfig;
import dev.lanner.hstu.train.TrainListener;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The folder of a recommender. */
class RecommenderFilesTest {
    private static final int[] USERS = {Walks.userId(1), Walks.userId(2)};

    @TempDir
    private Path folder;

    private Path run;
    private Recommender fitted;

    @BeforeEach
    void fit() throws IOException {
        run = folder.resolve("run");
        fitted = Walks.fit(run);
    }

    @Test
    void savedAndTrainedFoldersGiveTheSameRecommendations() throws IOException {
        Path saved = folder.resolve("deep/saved");
        fitted.save(saved);
        for (Path directory : new Path[] {run, saved}) {
            Recommender loaded = Recommender.load(directory);
            assertEquals(fitted.recommend(USERS, 10), loaded.recommend(USERS, 10));
            assertEquals(fitted.recommendToItem(new int[] {10}, 10), loaded.recommendToItem(new int[] {10}, 10));
            assertEquals(fitted.config(), loaded.config());
            assertEquals(fitted.data().movies(), loaded.data().movies());
        }
        Path again = folder.resolve("again");
        Recommender.load(saved).save(again);
        assertEquals(fitted.recommend(USERS, 10), Recommender.load(again).recommend(USERS, 10));
    }

    @Test
    void runIsNotOverwritten() {
        String message = assertThrows(IOException.class, () -> fitted.save(run)).getMessage();
        assertEquals(run + ": holds a run already; resume it, or choose another directory", message);
        assertThrows(IOException.class, () -> Walks.fit(run));
    }

    @Test
    void filesOfARunWithoutItsConfigAreToldOf() throws IOException {
        Files.delete(run.resolve("config.json"));
        String message = assertThrows(IOException.class, () -> fitted.save(run)).getMessage();
        assertEquals(
                run + ": holds metrics.csv of a run without its config.json; delete it, or choose another directory",
                message);
    }

    @Test
    void whatIsNoRunIsToldSo() throws IOException {
        assertTold(folder.resolve("missing") + ": no such directory", folder.resolve("missing"));
        assertTold(folder + ": holds no run: config.json is missing", folder);
        Files.delete(run.resolve("model.safetensors"));
        assertTold(run + ": holds no trained model yet: model.safetensors is missing", run);
    }

    @Test
    void missingDataAreToldSo() throws IOException {
        Files.delete(run.resolve("data/movies.dat"));
        assertEquals(Map.of(), Recommender.load(run).data().movies());
        Files.delete(run.resolve("data/ratings.dat"));
        assertTold(run + ": holds no data: data/ratings.dat is missing", run);
        Files.delete(run.resolve("data"));
        assertTold(run + ": holds no data: data/ratings.dat is missing", run);
    }

    @Test
    void otherDataAreRefused() throws IOException {
        Path ratings = run.resolve("data/ratings.dat");
        Files.writeString(ratings, Files.readString(ratings) + "1::10::5::4\n");
        assertTold(run.resolve("data") + ": not the data that the model was trained on", run);
    }

    @Test
    void damagedFilesAreNamed() throws IOException {
        Path model = run.resolve("model.safetensors");
        byte[] whole = Files.readAllBytes(model);
        Files.write(model, Arrays.copyOf(whole, whole.length / 2));
        assertTold(model + ": not a safetensors file that can be read", run);
        Files.writeString(run.resolve("config.json"), "{");
        assertTold(run.resolve("config.json").toString(), run);
    }

    @Test
    void anotherModelsParametersAreRefused() throws IOException {
        MovieLens data = Walks.data();
        RunConfig config = Walks.config(data);
        RunConfig longer =
                RunConfig.of("walks", data.interactions(), config.model().with("maxLength", 9), config.training());
        Path other = folder.resolve("other");
        Recommender.fit(data, longer, other, TrainListener.NONE);
        Path model = run.resolve("model.safetensors");
        Files.write(model, Files.readAllBytes(other.resolve("model.safetensors")));
        assertTold(model + ": ", run);
    }

    @Test
    void configurationOfOtherDataIsRefused() {
        MovieLens data = Walks.data();
        RunConfig config = new RunConfig("other", "12ab", 25, HstuConfig.article(), TrainConfig.ARTICLE);
        Path none = folder.resolve("none");
        String message = assertThrows(
                        IllegalArgumentException.class, () -> Recommender.fit(data, config, none, TrainListener.NONE))
                .getMessage();
        assertEquals("fit: the configuration is for other data (other)", message);
        assertFalse(Files.exists(none));
    }

    @Test
    void dataWithoutTrainingEventsAreRefused() {
        Interactions few = new Interactions.Builder()
                .add(1, 1, 3, 1)
                .add(1, 2, 3, 2)
                .add(1, 3, 3, 3)
                .build();
        MovieLens data = new MovieLens(few, Map.of(), Map.of());
        Path none = folder.resolve("none");
        DataException e = assertThrows(
                DataException.class, () -> Recommender.fit(data, Walks.config(data), none, TrainListener.NONE));
        assertEquals("walks: no user has the 4 ratings that training, validation and test take", e.getMessage());
        assertFalse(Files.exists(none));
    }

    private static void assertTold(String start, Path directory) {
        String message = assertThrows(IOException.class, () -> Recommender.load(directory))
                .getMessage();
        assertTrue(message.startsWith(start), message);
    }
}
