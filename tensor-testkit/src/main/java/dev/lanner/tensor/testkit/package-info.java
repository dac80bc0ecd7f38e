/**
 * Tests for code built on tensors: {@link dev.lanner.tensor.testkit.GradientCheck} for operations of one's own, and
 * {@link dev.lanner.tensor.testkit.BackendContract} for backends.
 */
package dev.lanner.tensor.testkit;
