package dev.lanner.hstu;

/**
 * An item that is like another.
 *
 * @param item external id
 * @param similarity cosine of the two embeddings, in [-1, 1]; 0 in the place of an unknown item's neighbours
 */
public record SimilarItem(int item, double similarity) {}
