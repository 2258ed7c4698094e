package dev.statecraft.testing.simulation;

import java.util.concurrent.Semaphore;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** A thread of the simulation. Only the thread whose turn it is reads and changes it. */
final class SimulatedTask {

    /** For the trace. */
    final String name;

    /** What it dies with; null for a task that never dies. */
    final @Nullable Object process;

    /** Whether a run lasts until it has returned. */
    final boolean foreground;

    /** Has a permit while the task may run. */
    final Semaphore turn = new Semaphore(0);

    /** When it runs again at the latest. */
    long wakeAt;

    /** What lets it run before that. */
    @Nullable BooleanSupplier condition;

    /** Its thread unwinds. */
    boolean ended;

    /** It acts for another machine and dies afterwards only. */
    boolean shielded;

    /** It dies at the end of its shielded section. */
    boolean dying;

    @Nullable Thread thread;

    SimulatedTask(String name, @Nullable Object process, boolean foreground) {
        this.name = name;
        this.process = process;
        this.foreground = foreground;
    }
}
