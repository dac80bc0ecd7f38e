package dev.lanner.hstu.model;

import java.util.List;

/** Rules of settings, all of which are looked at before any is told. */
final class Rules {
    private Rules() {}

    /** Notes a rule that does not hold. */
    static void require(List<String> wrong, boolean holds, String rule) {
        if (!holds) {
            wrong.add(rule);
        }
    }
}
