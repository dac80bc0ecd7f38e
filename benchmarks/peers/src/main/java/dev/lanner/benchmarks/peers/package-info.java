/** Lanner beside libtorch, in one process: the same computations, found equal first and timed in turns. */
package dev.lanner.benchmarks.peers;
