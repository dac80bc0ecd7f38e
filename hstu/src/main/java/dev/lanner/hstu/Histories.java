package dev.lanner.hstu;

import dev.lanner.hstu.data.Action;
import dev.lanner.hstu.data.Interactions;
import dev.lanner.hstu.inference.History;
import java.util.BitSet;

/** The events that a recommender knows: all of a user's but the last few, which are held out. Users and items are internal. */
final class Histories {
    private final Interactions interactions;
    private final int heldOut;
    private final int[] counts;
    private final long[] ratings;
    private int events;

    Histories(Interactions interactions, int heldOut) {
        this.interactions = interactions;
        this.heldOut = heldOut;
        counts = new int[interactions.itemCount() + 1];
        ratings = new long[interactions.itemCount() + 1];
        for (int user = 0; user < interactions.userCount(); user++) {
            for (int i = interactions.start(user); i < end(user); i++) {
                counts[interactions.itemAt(i)]++;
                ratings[interactions.itemAt(i)] += interactions.ratingAt(i);
                events++;
            }
        }
    }

    private int end(int user) {
        return Math.max(interactions.start(user), interactions.start(user + 1) - heldOut);
    }

    /** Whether there is a user with this external id who has an event. */
    boolean has(int userId) {
        int user = interactions.user(userId);
        return user >= 0 && end(user) > interactions.start(user);
    }

    /** The most recent events of a user who has some, at most {@code length} of them. */
    History of(int user, int length) {
        int end = end(user);
        int start = Math.max(interactions.start(user), end - length);
        int[] items = new int[end - start];
        int[] actions = new int[end - start];
        long[] times = new long[end - start];
        for (int i = start; i < end; i++) {
            items[i - start] = interactions.itemAt(i);
            actions[i - start] = Action.of(interactions.ratingAt(i)).id();
            times[i - start] = interactions.timestampAt(i);
        }
        return new History(items, actions, times);
    }

    /** The items of all of a user's events. */
    BitSet seen(int user) {
        BitSet seen = new BitSet(counts.length);
        for (int i = interactions.start(user); i < end(user); i++) {
            seen.set(interactions.itemAt(i));
        }
        return seen;
    }

    /** The share of an item in all events. */
    double share(int item) {
        return events == 0 ? 0 : counts[item] / (double) events;
    }

    /** Items by their share in all events, greatest first; of equal ones the order stays. */
    int[] mostPopular(int... items) {
        int[] sorted = items.clone();
        TwoStage.sort(sorted, sorted.length, this::share);
        return sorted;
    }

    /** The mean of an item's ratings; of one without, the middle of the scale. */
    double meanRating(int item) {
        return counts[item] == 0 ? 3 : ratings[item] / (double) counts[item];
    }
}
