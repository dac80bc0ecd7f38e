package dev.lanner.examples;

import dev.lanner.hstu.inference.CandidateScores;
import dev.lanner.hstu.inference.History;
import dev.lanner.hstu.inference.KvCache;
import dev.lanner.hstu.inference.KvCacheStore;
import dev.lanner.hstu.inference.MFalcon;
import java.util.Arrays;
import java.util.SplittableRandom;

/** A user with random events, and requests that are a function of the user's number and theirs alone. Used by one thread at a time. */
final class ServedUser {
    /** Every so many-th request is an event. */
    private static final int EVENTS = 8;

    private static final int CANDIDATES = 100;
    private static final int ACTIONS = 3;
    private static final long START = 978_300_000L;
    private static final int LONGEST_PAUSE = 200_000;

    private final int number;
    private final MFalcon model;
    private final SplittableRandom random;
    private int[] items = new int[0];
    private int[] actions = new int[0];
    private long[] times = new long[0];
    private int requests;

    ServedUser(int number, MFalcon model, int events) {
        this.number = number;
        this.model = model;
        this.random = new SplittableRandom(number);
        for (int i = 0; i < events; i++) {
            act();
        }
    }

    private void act() {
        int n = items.length;
        items = Arrays.copyOf(items, n + 1);
        actions = Arrays.copyOf(actions, n + 1);
        times = Arrays.copyOf(times, n + 1);
        items[n] = random.nextInt(1, model.model().itemCount() + 1);
        actions[n] = random.nextInt(1, ACTIONS + 1);
        times[n] = n == 0 ? START : times[n - 1] + random.nextInt(LONGEST_PAUSE);
    }

    /** All events so far. */
    History history() {
        return new History(items.clone(), actions.clone(), times.clone());
    }

    /**
     * The next request: mostly scores of some candidates, sometimes an event first.
     *
     * @return the retrieval scores and the predicted ratings
     */
    CandidateScores request(KvCacheStore store) {
        KvCache cache = store.get(number).orElseGet(() -> encode(store));
        requests++;
        if (requests % EVENTS == 0) {
            act();
            int last = items.length - 1;
            if (cache.length() == cache.capacity()) {
                cache = encode(store);
            } else {
                KvCache grown = model.append(cache, items[last], actions[last], times[last]);
                // Not kept if the store has dropped the former one meanwhile.
                store.replace(number, cache, grown);
                cache = grown;
            }
        }
        int[] candidates = new int[CANDIDATES];
        for (int i = 0; i < CANDIDATES; i++) {
            candidates[i] = random.nextInt(1, model.model().itemCount() + 1);
        }
        return model.score(cache, candidates);
    }

    private KvCache encode(KvCacheStore store) {
        KvCache cache = model.encode(history());
        store.put(number, cache);
        return cache;
    }
}
