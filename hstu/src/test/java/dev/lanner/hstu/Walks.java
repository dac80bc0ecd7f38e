package dev.lanner.hstu;

import dev.lanner.hstu.data.Interactions;
import dev.lanner.hstu.data.Movie;
import dev.lanner.hstu.data.MovieLens;
import dev.lanner.hstu.model.HstuConfig;
import dev.lanner.hstu.train.RunConfig;
import dev.lanner.hstu.train.TrainConfig;
import dev.lanner.hstu.train.TrainListener;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/** Data that a model learns in a moment: users who walk through items in a circle, with a jump now and then. */
final class Walks {
    /** External ids are ten times as large as the internal ones, so that mixing them up shows. */
    static final int ITEM_FACTOR = 10;

    static final int USERS = 40;
    static final int ITEMS = 25;
    static final int EVENTS = 12;

    private Walks() {}

    static int userId(int user) {
        return 1000 - user;
    }

    static MovieLens data() {
        SplittableRandom random = new SplittableRandom(5);
        Interactions.Builder builder = new Interactions.Builder();
        for (int user = 1; user <= USERS; user++) {
            int item = random.nextInt(ITEMS);
            for (int event = 0; event < EVENTS; event++) {
                builder.add(userId(user), ITEM_FACTOR * (item + 1), 1 + item % 5, 1000L * event + user);
                item = (item + (random.nextInt(10) == 0 ? 7 : 1)) % ITEMS;
            }
        }
        Movie movie = new Movie(ITEM_FACTOR, "Café, Le (1990)", List.of("Drama", "Western"));
        return new MovieLens(builder.build(), Map.of(ITEM_FACTOR, movie), Map.of());
    }

    static RunConfig config(MovieLens data) {
        HstuConfig model = HstuConfig.article().with("maxLength", 8).with("attention.divisor", 8);
        return RunConfig.of("walks", data.interactions(), model, new TrainConfig(2, 10, 1e-2, 3, 0));
    }

    static Recommender fit(Path directory) throws IOException {
        MovieLens data = data();
        return Recommender.fit(data, config(data), directory, TrainListener.NONE);
    }

    /** A recommender of a preset, trained for a moment. */
    static Recommender fit(String preset, Path directory) throws IOException {
        MovieLens data = data();
        HstuConfig model = HstuConfig.preset(preset).with("maxLength", 8).with("attention.divisor", 8);
        RunConfig config = RunConfig.of("walks", data.interactions(), model, new TrainConfig(2, 10, 1e-2, 3, 0));
        return Recommender.fit(data, config, directory, TrainListener.NONE);
    }
}
