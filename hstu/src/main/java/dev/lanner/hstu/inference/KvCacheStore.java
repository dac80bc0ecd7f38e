package dev.lanner.hstu.inference;

import java.time.Duration;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Caches of many users in bounded memory: when a new one does not fit, expired ones go, then the least recently used. One that has not
 * been put again for its time to live is not given out any more. Safe for use by many threads.
 *
 * <p>To serve a user, {@link #get}, or encode and {@link #put}; when the user acts, append and {@link #replace}, and begin again where
 * that fails because another thread was quicker.
 */
public final class KvCacheStore {
    private static final Duration FOREVER = Duration.ofMillis(Long.MAX_VALUE);

    private final long capacity;
    private final long millisToLive;
    private final InstantSource clock;
    /** By user, in the order of use. */
    private final LinkedHashMap<Long, KvCache> caches = new LinkedHashMap<>(16, 0.75f, true);
    /** When they expire, by user, the first one first. */
    private final LinkedHashMap<Long, Long> expiries = new LinkedHashMap<>();

    private long bytes;

    /**
     * A store whose caches do not grow old.
     *
     * @param bytes that all caches may have together, {@link KvCache#bytes}
     */
    public KvCacheStore(long bytes) {
        this(bytes, FOREVER, InstantSource.system());
    }

    /**
     * A store whose caches expire.
     *
     * @param bytes that all caches may have together, {@link KvCache#bytes}
     * @param timeToLive for how long after it was put a cache is given out
     * @param clock what tells the time
     * @throws IllegalArgumentException if bytes are not positive, or the time to live is below a millisecond
     */
    public KvCacheStore(long bytes, Duration timeToLive, InstantSource clock) {
        if (bytes < 1 || timeToLive.compareTo(Duration.ofMillis(1)) < 0) {
            throw new IllegalArgumentException(
                    "store: bytes must be positive and the time to live at least a millisecond, found " + bytes
                            + " and " + timeToLive);
        }
        this.capacity = bytes;
        this.millisToLive = timeToLive.compareTo(FOREVER) < 0 ? timeToLive.toMillis() : Long.MAX_VALUE;
        this.clock = clock;
    }

    /** A user's cache, which becomes the most recently used. */
    public synchronized Optional<KvCache> get(long user) {
        Long expiry = expiries.get(user);
        if (expiry != null && clock.millis() >= expiry) {
            remove(user);
        }
        return Optional.ofNullable(caches.get(user));
    }

    /** Keeps a user's cache, in place of a former one. One that is larger than the whole store is not kept. */
    public synchronized void put(long user, KvCache cache) {
        remove(user);
        long size = cache.bytes();
        if (size > capacity) {
            return;
        }
        long now = clock.millis();
        while (bytes + size > capacity) {
            Map.Entry<Long, Long> expiresFirst = expiries.firstEntry();
            remove(
                    now >= expiresFirst.getValue()
                            ? expiresFirst.getKey()
                            : caches.firstEntry().getKey());
        }
        long expiry = now + millisToLive;
        caches.put(user, cache);
        expiries.put(user, expiry < now ? Long.MAX_VALUE : expiry);
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
        KvCache cache = caches.remove(user);
        if (cache != null) {
            expiries.remove(user);
            bytes -= cache.bytes();
        }
    }

    /** How many caches there are, expired ones that nobody has asked for since among them. */
    public synchronized int size() {
        return caches.size();
    }

    /** The bytes of all caches. */
    public synchronized long bytes() {
        return bytes;
    }
}
