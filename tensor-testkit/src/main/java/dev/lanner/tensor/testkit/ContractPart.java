package dev.lanner.tensor.testkit;

/** A chapter of {@link BackendContract}. */
interface ContractPart {
    /** Makes the calls and compares. */
    Harness harness();
}
