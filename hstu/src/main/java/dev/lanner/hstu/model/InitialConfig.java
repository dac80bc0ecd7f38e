package dev.lanner.hstu.model;

import java.util.List;

/**
 * How parameters begin. What is not named begins as PyTorch's default has it: biases of linear layers uniform in ± 1 / sqrt(inputs),
 * scales at 1, shifts at 0.
 *
 * @param items the item embeddings {@code [V+1, D]}
 * @param actions the action embeddings {@code [4, D]} of {@link InputKind#FUSED_ACTION}, and those of actions and gaps in {@link
 *     InputFeatures}
 * @param positions the position embeddings {@code [L, D]} of {@link InputKind#ITEM_POSITION}
 * @param input the first weight of the fused input layer
 * @param projection the weights to K, Q, V and U
 * @param output the weights W_o
 * @param feedForward both weights of a feed-forward layer
 * @param positionBias the relative bias by position
 * @param timeBias the relative bias by time
 */
public record InitialConfig(
        InitialValues items,
        InitialValues actions,
        InitialValues positions,
        InitialValues input,
        InitialValues projection,
        InitialValues output,
        InitialValues feedForward,
        InitialValues positionBias,
        InitialValues timeBias) {
    void check(List<String> wrong) {
        InitialValues[] all = {items, actions, positions, input, projection, output, feedForward, positionBias, timeBias
        };
        String[] names = {
            "items", "actions", "positions", "input", "projection", "output", "feedForward", "positionBias", "timeBias"
        };
        for (int i = 0; i < all.length; i++) {
            String name = "initial." + names[i];
            Rules.require(wrong, all[i] != null, name + " must be there");
            if (all[i] != null) {
                all[i].check(name, wrong);
            }
        }
    }
}
