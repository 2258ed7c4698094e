package dev.statecraft.lambda;

import java.time.Clock;
import java.time.Instant;
import java.util.Comparator;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * The work of a tick. Each kind of work runs only if it is due, so a tick without due work reads each index once, and
 * collects when work is due next. Work that becomes due in the meantime wakes the schedule for a later tick.
 */
final class DueWork {

    private final Clock clock;
    private final BooleanSupplier timeLeft;
    private Optional<Instant> next = Optional.empty();

    /** @param timeLeft whether time is left; no work starts without it */
    DueWork(Clock clock, BooleanSupplier timeLeft) {
        this.clock = clock;
        this.timeLeft = timeLeft;
    }

    /**
     * Runs a kind of work if it is due.
     *
     * @param nextDue when it has work again, possibly a time that has passed; empty if it has none
     * @param work the work
     * @param nothing the result if it is not due
     */
    <T> T run(Supplier<Optional<Instant>> nextDue, Supplier<T> work, T nothing) {
        if (!timeLeft.getAsBoolean()) {
            note(Optional.of(clock.instant()));
            return nothing;
        }
        Optional<Instant> due = nextDue.get();
        if (due.isEmpty() || due.get().isAfter(clock.instant())) {
            note(due);
            return nothing;
        }
        T done = work.get();
        note(timeLeft.getAsBoolean() ? nextDue.get() : Optional.of(clock.instant()));
        return done;
    }

    /** Notes when a kind of work is due again. */
    void note(Optional<Instant> due) {
        next = Stream.of(next, due).flatMap(Optional::stream).min(Comparator.naturalOrder());
    }

    /** The earliest time at which work is due; a time that has passed if work is left; empty if there is none. */
    Optional<Instant> next() {
        return next;
    }
}
