package dev.lanner.hstu.data;

import it.unimi.dsi.fastutil.ints.Int2IntMap;
import it.unimi.dsi.fastutil.ints.Int2IntOpenHashMap;
import it.unimi.dsi.fastutil.ints.IntArrayList;
import it.unimi.dsi.fastutil.ints.IntArrays;
import it.unimi.dsi.fastutil.ints.IntOpenHashSet;
import it.unimi.dsi.fastutil.longs.LongArrayList;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.zip.CRC32;

/**
 * Rating events in columns of primitives, grouped by user, each user's in time order by a stable sort (ties keep the order in which
 * they were added). Users are 0..U-1 and items 1..V, both in ascending order of their external ids; item 0 is padding.
 */
public final class Interactions {
    private static final int UNKNOWN = -1;

    private final int[] userIds;
    private final int[] itemIds;
    private final Int2IntMap userIndex;
    private final Int2IntMap itemIndex;
    private final int[] offsets;
    private final int[] items;
    private final byte[] ratings;
    private final long[] timestamps;

    private Interactions(Builder events) {
        int count = events.users.size();
        long[] times = events.timestamps.elements();
        userIds = distinct(events.users);
        itemIds = distinct(events.items);
        userIndex = index(userIds, 0);
        itemIndex = index(itemIds, 1);
        offsets = new int[userIds.length + 1];
        for (int i = 0; i < count; i++) {
            offsets[userIndex.get(events.users.getInt(i)) + 1]++;
        }
        for (int u = 0; u < userIds.length; u++) {
            offsets[u + 1] += offsets[u];
        }
        int[] order = new int[count];
        int[] filled = offsets.clone();
        for (int i = 0; i < count; i++) {
            order[filled[userIndex.get(events.users.getInt(i))]++] = i;
        }
        // The sort's second array: left to itself, it copies all events before a user's for every user.
        int[] scratch = order.clone();
        for (int u = 0; u < userIds.length; u++) {
            // A merge sort is stable: an unstable one changes up to a quarter of the test targets of MovieLens-1M.
            IntArrays.mergeSort(order, offsets[u], offsets[u + 1], (a, b) -> Long.compare(times[a], times[b]), scratch);
        }
        items = new int[count];
        ratings = new byte[count];
        timestamps = new long[count];
        for (int i = 0; i < count; i++) {
            items[i] = itemIndex.get(events.items.getInt(order[i]));
            ratings[i] = (byte) events.ratings.getInt(order[i]);
            timestamps[i] = times[order[i]];
        }
    }

    /**
     * Events in columns: event i is at position i of each. The columns are copied.
     *
     * @param users external ids, at least 1, in any order
     * @param items external ids, at least 1
     * @param ratings 1..5
     * @param timestamps seconds, not negative
     * @throws IllegalArgumentException if the lengths differ or a value is out of range
     */
    public static Interactions of(int[] users, int[] items, int[] ratings, long[] timestamps) {
        if (items.length != users.length || ratings.length != users.length || timestamps.length != users.length) {
            throw new IllegalArgumentException("interactions: columns must be equally long, found users=" + users.length
                    + " items=" + items.length + " ratings=" + ratings.length + " timestamps=" + timestamps.length);
        }
        Builder builder = new Builder();
        for (int i = 0; i < users.length; i++) {
            builder.add(users[i], items[i], ratings[i], timestamps[i]);
        }
        return builder.build();
    }

    private static int[] distinct(IntArrayList ids) {
        int[] distinct = new IntOpenHashSet(ids).toIntArray();
        Arrays.sort(distinct);
        return distinct;
    }

    private static Int2IntMap index(int[] ids, int first) {
        Int2IntMap index = new Int2IntOpenHashMap(ids.length);
        index.defaultReturnValue(UNKNOWN);
        for (int i = 0; i < ids.length; i++) {
            index.put(ids[i], first + i);
        }
        return index;
    }

    /** Collects events in any order of users and times. */
    public static final class Builder {
        private final IntArrayList users = new IntArrayList();
        private final IntArrayList items = new IntArrayList();
        private final IntArrayList ratings = new IntArrayList();
        private final LongArrayList timestamps = new LongArrayList();

        /** No events yet. */
        public Builder() {}

        /**
         * Adds an event.
         *
         * @param user external id, at least 1
         * @param item external id, at least 1
         * @param rating 1..5
         * @param timestamp seconds, not negative
         * @throws IllegalArgumentException if a value is out of range
         */
        public Builder add(int user, int item, int rating, long timestamp) {
            if (user < 1 || item < 1) {
                throw new IllegalArgumentException(
                        "interactions: ids start at 1, found user " + user + " and item " + item);
            }
            if (rating < Action.LEAST_RATING || rating > Action.GREATEST_RATING) {
                throw new IllegalArgumentException("interactions: a rating must be in 1..5, found " + rating);
            }
            if (timestamp < 0) {
                throw new IllegalArgumentException(
                        "interactions: a timestamp must not be negative, found " + timestamp);
            }
            users.add(user);
            items.add(item);
            ratings.add(rating);
            timestamps.add(timestamp);
            return this;
        }

        /** Sorts what was added. */
        public Interactions build() {
            return new Interactions(this);
        }
    }

    /** U. */
    public int userCount() {
        return userIds.length;
    }

    /** V. */
    public int itemCount() {
        return itemIds.length;
    }

    /** How many events there are. */
    public int eventCount() {
        return items.length;
    }

    /** How many events have this action. */
    public int count(Action action) {
        int count = 0;
        for (byte rating : ratings) {
            count += Action.of(rating) == action ? 1 : 0;
        }
        return count;
    }

    /** The external id of a user in [0, U). */
    public int userId(int user) {
        return userIds[user];
    }

    /** The external id of an item in [1, V]. */
    public int itemId(int item) {
        return itemIds[item - 1];
    }

    /** The user with this external id, or -1. */
    public int user(int userId) {
        return userIndex.get(userId);
    }

    /** The item with this external id, or -1. */
    public int item(int itemId) {
        return itemIndex.get(itemId);
    }

    /** The position of a user's first event; the events end where those of {@code user + 1} begin, so U is allowed, too. */
    public int start(int user) {
        return offsets[user];
    }

    /** The item of the event at a position, 1..V. */
    public int itemAt(int position) {
        return items[position];
    }

    /** The rating of the event at a position, 1..5. */
    public int ratingAt(int position) {
        return ratings[position];
    }

    /** The time of the event at a position, in seconds. */
    public long timestampAt(int position) {
        return timestamps[position];
    }

    /** A checksum of all events and ids, in hexadecimal: equal for equal data. */
    public String fingerprint() {
        CRC32 crc = new CRC32();
        ByteBuffer event = ByteBuffer.allocate(Integer.BYTES + Integer.BYTES + 1 + Long.BYTES);
        for (int user = 0; user < userIds.length; user++) {
            for (int i = offsets[user]; i < offsets[user + 1]; i++) {
                event.clear();
                event.putInt(userIds[user])
                        .putInt(itemId(items[i]))
                        .put(ratings[i])
                        .putLong(timestamps[i]);
                crc.update(event.array());
            }
        }
        return Long.toHexString(crc.getValue());
    }
}
