package dev.lanner.hstu.data;

import it.unimi.dsi.fastutil.ints.IntArrayList;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;

/**
 * The leave-one-out split: a user's last event is the test target, the one before it the validation target, all before that the
 * training sequence. A target's history is everything before it. Users with fewer than three events are dropped; the items that
 * only they have stay in the catalogue. Histories keep the most recent {@code maxLength} events.
 */
public final class LeaveOneOut {
    /** Users with fewer events have no held-out ones: their events only count for the catalogue. */
    public static final int LEAST_EVENTS = 3;

    /** Which held-out event is the target. */
    public enum Part {
        /** The event before the last: models are chosen by it. */
        VALIDATION(2),
        /** The last event: read once, for the result. */
        TEST(1);

        private final int fromEnd;

        Part(int fromEnd) {
            this.fromEnd = fromEnd;
        }
    }

    /** Which events before the held-out ones are learned from. */
    public enum TrainingPart {
        /** The most recent {@code maxLength} that have a next one. */
        RECENT,
        /** All: those before the most recent are sequences of their own, of up to {@code maxLength} events. */
        ALL
    }

    private final Interactions interactions;
    private final int maxLength;
    private final int[] users;
    private final int[] trainingUsers;

    /**
     * Splits.
     *
     * @param interactions the events, read and not copied
     * @param maxLength L, positive
     * @throws IllegalArgumentException if {@code maxLength} is not positive
     */
    public LeaveOneOut(Interactions interactions, int maxLength) {
        if (maxLength < 1) {
            throw new IllegalArgumentException("split: maxLength must be positive, found " + maxLength);
        }
        this.interactions = interactions;
        this.maxLength = maxLength;
        this.users = usersWith(LEAST_EVENTS);
        // A training sequence needs an event and the one after it.
        this.trainingUsers = usersWith(LEAST_EVENTS + 1);
    }

    private int[] usersWith(int events) {
        IntArrayList found = new IntArrayList();
        for (int user = 0; user < interactions.userCount(); user++) {
            if (end(user) - interactions.start(user) >= events) {
                found.add(user);
            }
        }
        return found.toIntArray();
    }

    private int end(int user) {
        return interactions.start(user + 1);
    }

    /** The events that were split. */
    public Interactions interactions() {
        return interactions;
    }

    /**
     * Checks that there is something to train on.
     *
     * @param dataset its name, for the message
     * @throws DataException if no user has the events that training takes
     */
    public void requireTraining(String dataset) {
        if (trainingUsers.length == 0) {
            throw new DataException(dataset + ": no user has the " + (LEAST_EVENTS + 1)
                    + " ratings that training, validation and test take");
        }
    }

    /** L, the most events of a history. */
    public int maxLength() {
        return maxLength;
    }

    /** The users that were kept, ascending. */
    public int[] users() {
        return users.clone();
    }

    /**
     * The position of a kept user's target among the events.
     *
     * @throws IllegalArgumentException if the user was dropped
     */
    public int targetPosition(int user, Part part) {
        int events = end(user) - interactions.start(user);
        if (events < LEAST_EVENTS) {
            throw new IllegalArgumentException("split: user " + interactions.userId(user) + " has " + events
                    + " events and was dropped, as " + LEAST_EVENTS + " are needed");
        }
        return end(user) - part.fromEnd;
    }

    /** The position after a kept user's last training event; the first is at {@link Interactions#start}. */
    public int trainingEnd(int user) {
        return targetPosition(user, Part.VALIDATION);
    }

    /** The items of all events before a target, not only of the most recent: what is filtered from its ranking. */
    public BitSet seen(int user, Part part) {
        BitSet seen = new BitSet(interactions.itemCount() + 1);
        for (int i = interactions.start(user); i < targetPosition(user, part); i++) {
            seen.set(interactions.itemAt(i));
        }
        return seen;
    }

    /** {@link #trainingBatches(TrainingPart, long, int, int)} from the most recent events. */
    public List<JaggedBatch> trainingBatches(long seed, int epoch, int batchSize) {
        return trainingBatches(TrainingPart.RECENT, seed, epoch, batchSize);
    }

    /**
     * The training batches of an epoch: every row's target is the next event. Sequences are shuffled as a function of seed and epoch
     * alone, so that a resumed run needs no epoch before; the last batch may be smaller. Users with a single training event have no
     * row.
     *
     * @throws IllegalArgumentException if {@code batchSize} is not positive
     */
    public List<JaggedBatch> trainingBatches(TrainingPart part, long seed, int epoch, int batchSize) {
        List<Sequence> order = new ArrayList<>();
        for (int user : trainingUsers) {
            int start = interactions.start(user);
            int end = trainingEnd(user) - 1;
            order.add(recent(user, end));
            if (part == TrainingPart.ALL) {
                for (int earlier = end - maxLength; earlier > start; earlier -= maxLength) {
                    order.add(recent(user, earlier));
                }
            }
        }
        // The seed is mixed before the epoch is added: neighbouring seeds must not share shuffles.
        SplittableRandom random = new SplittableRandom(new SplittableRandom(seed).nextLong() + epoch);
        for (int i = order.size() - 1; i > 0; i--) {
            Collections.swap(order, i, random.nextInt(i + 1));
        }
        return batches(order, batchSize, true);
    }

    /**
     * The histories of all kept users in ascending order; only a history's last row has a target, the held-out event.
     *
     * @throws IllegalArgumentException if {@code batchSize} is not positive
     */
    public List<JaggedBatch> evaluationBatches(Part part, int batchSize) {
        List<Sequence> histories = new ArrayList<>();
        for (int user : users) {
            histories.add(recent(user, targetPosition(user, part)));
        }
        return batches(histories, batchSize, false);
    }

    /** The most recent events before one. */
    private Sequence recent(int user, int end) {
        return new Sequence(user, Math.max(interactions.start(user), end - maxLength), end);
    }

    /** @param everyRow whether every row predicts the event after it, or only a sequence's last */
    private List<JaggedBatch> batches(List<Sequence> sequences, int batchSize, boolean everyRow) {
        if (batchSize < 1) {
            throw new IllegalArgumentException("split: the batch size must be positive, found " + batchSize);
        }
        List<JaggedBatch> batches = new ArrayList<>();
        int first = 0;
        while (first < sequences.size()) {
            List<Sequence> batch = sequences.subList(first, first + Math.min(batchSize, sequences.size() - first));
            int[] owners = batch.stream().mapToInt(Sequence::user).toArray();
            int rows = batch.stream().mapToInt(Sequence::length).sum();
            BatchBuilder builder = new BatchBuilder(interactions, owners, rows);
            for (Sequence sequence : batch) {
                builder.add(sequence.start, sequence.end, everyRow);
            }
            batches.add(builder.build());
            first += batch.size();
        }
        return batches;
    }

    /** A user's events at the positions {@code start .. end - 1}; the one at {@code end} is the last target. */
    private record Sequence(int user, int start, int end) {
        int length() {
            return end - start;
        }
    }
}
