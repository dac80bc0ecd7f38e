package dev.lanner.examples;

import dev.lanner.hstu.inference.CandidateScores;
import dev.lanner.hstu.inference.KvCacheStore;
import dev.lanner.hstu.inference.MFalcon;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Requests of many users, mixed with their events, by one thread and by many, on one store of caches. */
final class ConcurrentRequests {
    private static final int USERS = 64;
    private static final long STORE_BYTES = 256L << 20;

    private final MFalcon model;
    private final int events;
    private final int requests;

    /**
     * Requests to come.
     *
     * @param events that each user begins with
     * @param requests of all users together
     */
    ConcurrentRequests(MFalcon model, int events, int requests) {
        this.model = model;
        this.events = events;
        this.requests = requests;
    }

    /** What came of it: seconds, and of each user's requests in their order retrieval scores and ratings. */
    record Served(double seconds, float[][][][] scores) {
        boolean isSame(Served other) {
            return Arrays.deepEquals(scores, other.scores);
        }
    }

    /** Serves all requests; each user's in their order, by one of the threads. */
    Served serve(int threads) {
        KvCacheStore store = new KvCacheStore(STORE_BYTES);
        ServedUser[] users = new ServedUser[USERS];
        for (int u = 0; u < USERS; u++) {
            users[u] = new ServedUser(u, model, events);
            store.put(u, model.encode(users[u].history()));
        }
        float[][][][] scores = new float[USERS][(requests + USERS - 1) / USERS][][];
        long start = System.nanoTime();
        try (ExecutorService pool = Executors.newFixedThreadPool(threads)) {
            List<Future<?>> running = new ArrayList<>();
            for (int t = 0; t < threads; t++) {
                int first = t;
                running.add(pool.submit(() -> {
                    for (int r = 0; r < scores[0].length; r++) {
                        for (int u = first; u < USERS && r * USERS + u < requests; u += threads) {
                            CandidateScores answer = users[u].request(store);
                            scores[u][r] = new float[][] {answer.retrieval(), answer.ratings()};
                        }
                    }
                }));
            }
            for (Future<?> run : running) {
                run.get();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while requests were served", e);
        } catch (ExecutionException e) {
            throw new IllegalStateException("a request failed: " + e.getCause().getMessage(), e);
        }
        return new Served((System.nanoTime() - start) / 1e9, scores);
    }
}
