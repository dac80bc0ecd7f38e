/** A recommender by external ids ({@link dev.lanner.hstu.Recommender}): training, recommending, and saving in between. */
package dev.lanner.hstu;
