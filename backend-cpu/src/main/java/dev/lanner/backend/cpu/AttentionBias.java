package dev.lanner.backend.cpu;

/**
 * The relative attention bias, {@code position[i - j + L - 1] + time[bucket(|queryTimes_i - keyTimes_j|)]}, shared by the heads. A
 * bucket's number is how many boundaries are at or below the distance.
 *
 * @param position {@code [2L - 1]} table of L = maximum length, or null for no such term
 * @param time {@code [T]} table, or null for no such term; then the other components are not read
 * @param buckets size of the time table, T, at least 1
 * @param boundaries {@code [T - 1]} ascending distances, in the unit of the times
 * @param queryTimes {@code [N]} time of each row as a query
 * @param keyTimes {@code [N]} time of each row as a key
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record AttentionBias(
        float[] position, float[] time, int buckets, long[] boundaries, long[] queryTimes, long[] keyTimes) {
    /** No bias at all. */
    static final AttentionBias NONE = new AttentionBias(null, null, 0, null, null, null);
}
