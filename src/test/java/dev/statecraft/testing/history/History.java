package dev.statecraft.testing.history;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;

/**
 * Records the calls of clients with their logical instants. Several histories of one run share the source of instants,
 * so that their operations can be compared. Thread-safe.
 *
 * <p>A call is recorded when it begins. If its process dies or the call throws, the operation stays in the history with
 * an unknown outcome. A call that is known to have had no effect is an answer, not an exception.
 */
public final class History<I, O> {

    private final AtomicLong instants;
    private final List<Operation<I, O>> operations = new ArrayList<>();

    /** A history with instants of its own. */
    public History() {
        this(new AtomicLong());
    }

    /** A history that shares its instants with others. */
    public History(AtomicLong instants) {
        this.instants = instants;
    }

    /** Makes a call and records it. Exceptions of the call are rethrown. */
    public O call(String process, I input, Supplier<O> call) {
        int index = begin(process, input);
        O output = call.get();
        end(index, output);
        return output;
    }

    private synchronized int begin(String process, I input) {
        operations.add(Operation.unknown(process, instants.incrementAndGet(), input));
        return operations.size() - 1;
    }

    private synchronized void end(int index, O output) {
        Operation<I, O> begun = operations.get(index);
        operations.set(
                index,
                Operation.answered(
                        begun.process(), begun.invoked(), instants.incrementAndGet(), begun.input(), output));
    }

    /** The operations so far, in the order in which they were invoked. */
    public synchronized List<Operation<I, O>> operations() {
        return List.copyOf(operations);
    }
}
