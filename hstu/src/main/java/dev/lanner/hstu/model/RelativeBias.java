package dev.lanner.hstu.model;

/** Which terms the relative attention bias has. */
public enum RelativeBias {
    /** None: scores are products alone. */
    NONE(false, false),
    /** By the distance in events. */
    POSITION(true, false),
    /** By the distance in time. */
    TIME(false, true),
    /** The sum of both. */
    BOTH(true, true);

    private final boolean position;
    private final boolean time;

    RelativeBias(boolean position, boolean time) {
        this.position = position;
        this.time = time;
    }

    /** Whether there is a term by position. */
    public boolean position() {
        return position;
    }

    /** Whether there is a term by time. */
    public boolean time() {
        return time;
    }
}
