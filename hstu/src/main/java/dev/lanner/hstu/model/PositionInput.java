package dev.lanner.hstu.model;

import dev.lanner.nn.Dropout;
import dev.lanner.nn.Embedding;
import dev.lanner.nn.Module;
import dev.lanner.nn.ParameterFactory;
import dev.lanner.tensor.Scope;
import dev.lanner.tensor.Tensor;

/**
 * The paper's input layer, {@code x = dropout(E_item[id] sqrt(D) + P[position])}, with what {@link InputFeatures} names: {@code
 * E_action[a]} in the sum, and {@code E_gap[bucket(t_(i+1) - t_i)]} added to x.
 */
final class PositionInput extends Module implements InputLayer {
    private final Embedding items;
    private final Tensor positions;
    /** Null without actions. */
    private final Embedding actions;
    /** {@code [buckets, D]}; null without. */
    private final Tensor gaps;

    /** I64: the seconds at which the buckets of gaps begin, but for the first. */
    private final Tensor boundaries;

    private final Dropout dropout;
    private final double scale;

    /**
     * An input layer over an item table that the heads share.
     *
     * @param items {@code [V+1, D]}, registered by its owner
     */
    PositionInput(HstuConfig config, Embedding items, ParameterFactory parameters) {
        this.items = items;
        int width = config.width();
        int length = config.maxLength();
        positions = parameter(
                "positions", parameters.create(config.initial().positions().of(width, length), length, width));
        dropout = child("dropout", new Dropout(config.dropout(), parameters.nextKey()));
        scale = Math.sqrt(width);
        actions = config.features().actions() ? child("actions", FusedInput.actions(config, parameters)) : null;
        long[] seconds = config.attention().timeBoundaries().stream()
                .mapToLong(Long::longValue)
                .toArray();
        boundaries = Scope.outside(() -> Tensor.of(seconds, seconds.length));
        int buckets = seconds.length + 1;
        gaps = config.features().queryGap()
                ? parameter("gaps", parameters.create(config.initial().actions().of(width, buckets), buckets, width))
                : null;
    }

    /** Without their embeddings actions count for nothing. */
    @Override
    public Tensor forward(Tensor ids, Tensor known, Tensor places) {
        Tensor sum = items.forward(ids).mul(scale).add(positions.gatherRows(places));
        return dropout.forward(actions == null ? sum : sum.add(actions.forward(known)));
    }

    /**
     * With the rows of the gaps' table by the time from each event to the next: the first row and the steps from bucket to bucket up
     * to that of the gap, a product with zeros and ones, whose gradient is one too.
     */
    @Override
    public Tensor asked(Tensor tokens, Tensor times, Tensor queryTimes) {
        if (gaps == null) {
            return tokens;
        }
        int steps = boundaries.size(0);
        Tensor first = gaps.narrow(0, 0, 1);
        Tensor differences = gaps.narrow(0, 1, steps).sub(gaps.narrow(0, 0, steps));
        Tensor reached = queryTimes.sub(times).unsqueeze(1).ge(boundaries).to(gaps.dtype());
        return tokens.add(reached.matmul(differences)).add(first);
    }
}
