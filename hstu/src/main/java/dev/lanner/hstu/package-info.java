/** A recommender by external ids ({@link dev.lanner.hstu.Recommender}): training, serving and the folder that both share. */
package dev.lanner.hstu;
