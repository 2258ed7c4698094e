package dev.statecraft.testing.dynamo;

/**
 * Points between the steps of an operation. A simulation continues other threads there. The model calls it without
 * holding a lock. An exception stands for the death of the caller: the transaction is applied completely or not at all.
 */
@FunctionalInterface
public interface Interleaving {

    /** Transactions are indivisible. */
    Interleaving NONE = what -> {};

    /** Called at a point; returns when the operation continues. */
    void point(String what);
}
