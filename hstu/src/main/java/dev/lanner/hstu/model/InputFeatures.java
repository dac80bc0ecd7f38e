package dev.lanner.hstu.model;

/**
 * What {@link InputKind#ITEM_POSITION} adds to an event's item and position, each an embedding of its own; the gap after dropout.
 *
 * @param actions what was done with the item, {@code E_action[a]}
 * @param queryGap how long after the event the next one happens, {@code E_gap[bucket(t_(i+1) - t_i)]}, in the buckets of the relative
 *     bias, a request before its event counting as one at its time; for the last row until the request; needs attention.queryTime
 */
public record InputFeatures(boolean actions, boolean queryGap) {
    /** Item and position alone, as the paper has it. */
    public static final InputFeatures NONE = new InputFeatures(false, false);
}
