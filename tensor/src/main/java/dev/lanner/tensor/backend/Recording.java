package dev.lanner.tensor.backend;

import java.util.List;

/**
 * What a program does, as data: launches to be made in their order, again and again, on fixed storages of one backend. A storage of the
 * launches that is named in none of the lists below is external: a parameter or an optimiser's state, which outlives the program and
 * which others may read and write between runs.
 *
 * @param launches in order
 * @param inputs storages that are uploaded to between runs, by {@link Backend#upload}; launches only read them
 * @param constants storages that hold their values already; launches only read them
 * @param intermediates storages whose contents matter within a run only: each is written before it is read, and may serve several
 *     results of a run one after the other
 * @param outputs contiguous views that are read after a run, by {@link Backend#download}; no launch after the one that computes them
 *     writes to them
 */
public record Recording(
        List<Launch> launches,
        List<Storage> inputs,
        List<Storage> constants,
        List<Storage> intermediates,
        List<View> outputs) {
    /** Keeps copies of the lists. */
    public Recording {
        launches = List.copyOf(launches);
        inputs = List.copyOf(inputs);
        constants = List.copyOf(constants);
        intermediates = List.copyOf(intermediates);
        outputs = List.copyOf(outputs);
    }
}
