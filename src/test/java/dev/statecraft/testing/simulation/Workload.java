package dev.statecraft.testing.simulation;

/** What the users of one feature do in a run, and what must hold at its end. Each method runs as a task. */
public interface Workload {

    /** Creates what exists before the faults begin. */
    void prepare();

    /** Adds callers, streams and schedules to the simulation. */
    void start();

    /** After the callers and the faults have ended: waits until streams are read and scheduled work is done. */
    void settle();

    /**
     * Compares what callers were told with what is stored.
     *
     * @throws AssertionError that says what is wrong
     */
    void check();
}
