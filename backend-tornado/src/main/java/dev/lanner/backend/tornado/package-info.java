/**
 * Where the TornadoVM backend lives: the contract of {@code dev.lanner.tensor.backend} on OpenCL and CUDA devices, as task graphs
 * of one execution plan. The module is part of the build only where {@code TORNADOVM_HOME} names an SDK; the SDK also brings the
 * TornadoVM runtime, so that an application on the class path needs no TornadoVM artifact.
 */
package dev.lanner.backend.tornado;
