/** Speed and memory, measured: JMH benchmarks of the kernels and of a training step at the sizes of MovieLens-1M, and how both grow. */
package dev.lanner.benchmarks;
