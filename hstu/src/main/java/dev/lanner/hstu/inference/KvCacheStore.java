package dev.lanner.hstu.inference;

import java.time.Duration;
import java.time.InstantSource;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Caches of many users in bounded memory: when a new one does not fit, the least recently used go. One that has not been put again for
 * its time to live is not given out any more. Safe for use by many threads.
 *
 * <p>To serve a user, {@link #get}, or encode and {@link #put}; when the user acts, append and {@link #replace}, and begin again where
 * that fails because another thread was quicker.
 */
public final class KvCacheStore {
    private final long capacity;
    private final Duration timeToLive;
    private final InstantSource clock;
    /** In the order of use. */
    private final LinkedHashMap<Long, Entry> entries = new LinkedHashMap<>(16, 0.75f, true);

    private long bytes;

    private record Entry(KvCache cache, long expiresAtMillis) {}

    /**
     * A store whose caches do not grow old.
     *
     * @param bytes that all caches may have together, {@link KvCache#bytes}
     */
    public KvCacheStore(long bytes) {
        this(bytes, Duration.ofMillis(Long.MAX_VALUE), InstantSource.system());
    }

    /**
     * A store whose caches expire.
     *
     * @param bytes that all caches may have together, {@link KvCache#bytes}
     * @param timeToLive for how long after it was put a cache is given out
     * @param clock what tells the time
     * @throws IllegalArgumentException if bytes or time to live are not positive
     */
    public KvCacheStore(long bytes, Duration timeToLive, InstantSource clock) {
        if (bytes < 1 || !timeToLive.isPositive()) {
            throw new IllegalArgumentException(
                    "store: bytes and time to live must be positive, found " + bytes + " and " + timeToLive);
        }
        this.capacity = bytes;
        this.timeToLive = timeToLive;
        this.clock = clock;
    }

    /** A user's cache, which becomes the most recently used. */
    public synchronized Optional<KvCache> get(long user) {
        Entry entry = entries.get(user);
        if (entry == null) {
            return Optional.empty();
        }
        if (clock.millis() >= entry.expiresAtMillis()) {
            remove(user);
            return Optional.empty();
        }
        return Optional.of(entry.cache());
    }

    /** Keeps a user's cache, in place of a former one. One that is larger than the whole store is not kept. */
    public synchronized void put(long user, KvCache cache) {
        remove(user);
        long size = cache.bytes();
        if (size > capacity) {
            return;
        }
        Iterator<Map.Entry<Long, Entry>> eldest = entries.entrySet().iterator();
        while (bytes + size > capacity) {
            bytes -= eldest.next().getValue().cache().bytes();
            eldest.remove();
        }
        long now = clock.millis();
        long expiry = now + timeToLive.toMillis();
        entries.put(user, new Entry(cache, expiry < now ? Long.MAX_VALUE : expiry));
        bytes += size;
    }

    /**
     * Keeps a user's new cache if the present one is still that which the new one was made of.
     *
     * @return whether it was; if not, the store is as before
     */
    public synchronized boolean replace(long user, KvCache before, KvCache after) {
        Optional<KvCache> present = get(user);
        if (present.isEmpty() || !present.get().equals(before)) {
            return false;
        }
        put(user, after);
        return true;
    }

    /** Forgets a user's cache. */
    public synchronized void remove(long user) {
        Entry entry = entries.remove(user);
        if (entry != null) {
            bytes -= entry.cache().bytes();
        }
    }

    /** How many caches there are, expired ones that nobody has asked for since among them. */
    public synchronized int size() {
        return entries.size();
    }

    /** The bytes of all caches. */
    public synchronized long bytes() {
        return bytes;
    }
}
