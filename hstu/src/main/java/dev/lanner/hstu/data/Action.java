package dev.lanner.hstu.data;

/** What a user did with an item, by the rating given. Ids start at 1; 0 is padding. */
public enum Action {
    /** A rating of 4 or 5. */
    POSITIVE(1),
    /** A rating of 3. */
    NEUTRAL(2),
    /** A rating of 1 or 2. */
    NEGATIVE(3);

    /** The least rating. */
    static final int LEAST_RATING = 1;
    /** The greatest rating. */
    static final int GREATEST_RATING = 5;

    private static final int NEUTRAL_RATING = 3;

    private final int id;

    Action(int id) {
        this.id = id;
    }

    /**
     * The action of a rating.
     *
     * @throws IllegalArgumentException if the rating is outside of 1..5
     */
    public static Action of(int rating) {
        if (rating < LEAST_RATING || rating > GREATEST_RATING) {
            throw new IllegalArgumentException("action: a rating must be in 1..5, found " + rating);
        }
        if (rating > NEUTRAL_RATING) {
            return POSITIVE;
        }
        return rating == NEUTRAL_RATING ? NEUTRAL : NEGATIVE;
    }

    /** The id for embeddings, 1..3. */
    public int id() {
        return id;
    }
}
