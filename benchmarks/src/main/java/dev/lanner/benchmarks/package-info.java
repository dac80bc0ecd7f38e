/** JMH benchmarks of the kernels and of a training step, at the sizes of MovieLens-1M. */
package dev.lanner.benchmarks;
