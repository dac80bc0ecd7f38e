package dev.lanner.hstu;

/** What is done about users without events, and items, that a recommender does not know. */
public enum UnknownIds {
    /** They are an error that names them. */
    ERROR,
    /** They are left out of the answer. */
    SKIP,
    /** They get the most popular items. Unknown candidates, which nobody has rated, are left out. */
    POPULAR
}
