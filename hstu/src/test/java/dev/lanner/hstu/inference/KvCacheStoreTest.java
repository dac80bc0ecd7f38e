package dev.lanner.hstu.inference;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

class KvCacheStoreTest {
    private static final MFalcon FALCON = new MFalcon(Served.model(Served.config(16, 1, true), 1));

    private static KvCache cache(long seed) {
        return FALCON.encode(Served.history(seed, 3));
    }

    @Example
    void theLeastRecentlyUsedGoes() {
        KvCache one = cache(1);
        KvCacheStore store = new KvCacheStore(2 * one.bytes());
        store.put(1, one);
        store.put(2, cache(2));
        assertEquals(2 * one.bytes(), store.bytes());
        assertEquals(Optional.of(one), store.get(1));
        store.put(3, cache(3));
        assertEquals(2, store.size());
        assertTrue(store.get(1).isPresent());
        assertFalse(store.get(2).isPresent(), "evicted");
        assertTrue(store.get(3).isPresent());
        store.put(3, cache(4));
        assertEquals(2, store.size(), "one for a user");
        store.remove(3);
        assertEquals(one.bytes(), store.bytes());
    }

    @Example
    void whatIsLargerThanTheStoreIsNotKept() {
        KvCache one = cache(1);
        KvCacheStore store = new KvCacheStore(one.bytes() - 1);
        store.put(1, one);
        assertEquals(0, store.size());
        assertEquals(0, store.bytes());
    }

    @Example
    void anExpiredCacheIsNotGivenOut() {
        long[] now = {1000};
        InstantSource clock = () -> Instant.ofEpochMilli(now[0]);
        KvCacheStore store = new KvCacheStore(1 << 20, Duration.ofSeconds(2), clock);
        KvCache one = cache(1);
        store.put(1, one);
        now[0] += 1999;
        assertEquals(Optional.of(one), store.get(1));
        now[0]++;
        assertFalse(store.replace(1, one, cache(2)), "expired");
        assertFalse(store.get(1).isPresent());
        assertEquals(0, store.bytes());
        store.put(1, cache(2));
        assertTrue(store.get(1).isPresent());
    }

    @Example
    void whatHasExpiredGoesBeforeWhatLives() {
        long[] now = {0};
        InstantSource clock = () -> Instant.ofEpochMilli(now[0]);
        KvCacheStore store = new KvCacheStore(2 * cache(1).bytes(), Duration.ofMillis(10), clock);
        store.put(1, cache(1));
        now[0] = 5;
        store.put(2, cache(2));
        now[0] = 8;
        assertTrue(store.get(1).isPresent(), "used last");
        now[0] = 11;
        store.put(3, cache(3));
        assertEquals(2, store.size());
        assertTrue(store.get(2).isPresent(), "less recently used, but not expired");
        assertTrue(store.get(3).isPresent());
    }

    @Example
    void timesToLiveAreAMillisecondToForEver() {
        Duration forEver = ChronoUnit.FOREVER.getDuration();
        KvCacheStore store = new KvCacheStore(1 << 20, forEver, InstantSource.system());
        store.put(1, cache(1));
        assertTrue(store.get(1).isPresent());
        assertThrows(
                IllegalArgumentException.class,
                () -> new KvCacheStore(1, Duration.ofNanos(999_999), InstantSource.system()));
    }

    /** A user whose cache is gone is served as before, from a cache that is encoded again. */
    @Example
    void anEvictedCacheEncodedAgainServesTheSame() {
        long time = cache(1).lastTime() + 1000;
        KvCache grown = FALCON.append(cache(1), 4, 2, time);
        float[] before = FALCON.score(grown, Served.catalogue()).ratings();
        KvCacheStore store = new KvCacheStore(grown.bytes());
        store.put(1, grown);
        store.put(2, cache(2));
        assertFalse(store.get(1).isPresent());
        History history = Served.history(1, 3);
        History longer = new History(
                new int[] {history.items()[0], history.items()[1], history.items()[2], 4},
                new int[] {history.actions()[0], history.actions()[1], history.actions()[2], 2},
                new long[] {history.times()[0], history.times()[1], history.times()[2], time});
        assertArrayEquals(
                before, FALCON.score(FALCON.encode(longer), Served.catalogue()).ratings());
    }

    @Example
    void onlyThePresentCacheIsReplaced() {
        KvCacheStore store = new KvCacheStore(1 << 20);
        KvCache one = cache(1);
        KvCache two = FALCON.append(one, 1, 1, one.lastTime());
        assertFalse(store.replace(1, one, two), "none there");
        store.put(1, one);
        assertTrue(store.replace(1, one, two));
        assertFalse(store.replace(1, one, FALCON.append(one, 2, 1, one.lastTime())), "one is gone");
        assertEquals(Optional.of(two), store.get(1));
    }

    @Property(tries = 50)
    void behavesLikeAMapInOrderOfUse(@ForAll @IntRange(min = 1, max = 4) int fit, @ForAll long seed) {
        KvCache any = cache(1);
        KvCacheStore store = new KvCacheStore(fit * any.bytes() + 1);
        Map<Long, KvCache> model = new LinkedHashMap<>(16, 0.75f, true);
        SplittableRandom random = new SplittableRandom(seed);
        for (int i = 0; i < 60; i++) {
            long user = random.nextInt(6);
            if (random.nextBoolean()) {
                assertEquals(Optional.ofNullable(model.get(user)), store.get(user));
            } else {
                KvCache cache = cache(i);
                model.put(user, cache);
                if (model.size() > fit) {
                    model.remove(model.keySet().iterator().next());
                }
                store.put(user, cache);
            }
            assertEquals(model.size(), store.size());
            assertEquals(model.size() * any.bytes(), store.bytes());
        }
    }

    /** Threads that append to one user's cache lose no event. */
    @Example
    void appendsOfManyThreadsAreAllThere() throws Exception {
        KvCacheStore store = new KvCacheStore(1 << 20);
        store.put(7, FALCON.encode(Served.history(1, 1)));
        try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
            List<Future<?>> runs = new ArrayList<>();
            for (int i = 2; i <= Served.LONGEST; i++) {
                int item = i;
                runs.add(threads.submit(() -> {
                    KvCache before;
                    KvCache after;
                    do {
                        before = store.get(7).orElseThrow();
                        after = FALCON.append(before, item, 1, before.lastTime());
                    } while (!store.replace(7, before, after));
                }));
            }
            for (Future<?> run : runs) {
                run.get();
            }
        }
        assertEquals(Served.LONGEST, store.get(7).orElseThrow().length());
    }

    @Example
    void boundsMustBePositive() {
        assertThrows(IllegalArgumentException.class, () -> new KvCacheStore(0));
        assertThrows(IllegalArgumentException.class, () -> new KvCacheStore(1, Duration.ZERO, InstantSource.system()));
    }
}
