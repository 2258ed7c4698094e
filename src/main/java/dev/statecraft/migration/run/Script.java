package dev.statecraft.migration.run;

import dev.statecraft.migration.run.Run.Direction;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The progress of a run whose migration one game server at a time performs as a whole. The server makes attempts under a
 * lease. After the last failed attempt to apply the migration, attempts to roll it back begin.
 *
 * @param run id of the run
 * @param direction direction of the attempts
 * @param attempt number of attempts that have started in this direction
 * @param holder game server that makes the current attempt; null if none does
 * @param token fencing token of the last lease; a submission with an earlier token is rejected
 * @param revision increases with every write
 * @param outcome how this direction ended; null while attempts are made
 * @param message message of the last attempt that ended
 * @param completed token of the last attempt that its holder completed; 0 if there is none
 * @param succeeded whether that attempt succeeded
 * @param parts bytes of each part of the stored backup, in order
 */
public record Script(
        String run,
        Direction direction,
        int attempt,
        @Nullable String holder,
        long token,
        long revision,
        @Nullable Outcome outcome,
        @Nullable String message,
        long completed,
        boolean succeeded,
        List<Integer> parts) {

    /** How the attempts of a direction ended. */
    public enum Outcome {
        SUCCEEDED,
        FAILED,
        /** No further attempt is made, because the run ends. */
        CLOSED
    }

    /** Copies the list. */
    public Script {
        parts = List.copyOf(parts);
    }

    /** The progress of a run without an attempt. */
    static Script untouched(Run run) {
        return new Script(run.id(), run.direction(), 0, null, 0, 0, null, null, 0, false, List.of());
    }

    /** The next attempt, by a game server. */
    public Script leased(String byHolder) {
        return new Script(
                run,
                direction,
                attempt + 1,
                byHolder,
                token + 1,
                revision + 1,
                null,
                message,
                completed,
                succeeded,
                parts);
    }

    /**
     * The end of the current attempt.
     *
     * @param success whether the attempt succeeded
     * @param text message of the game server, or the reason of the failure
     * @param maxAttempts number of attempts after which the direction has failed
     */
    public Script completed(boolean success, @Nullable String text, int maxAttempts) {
        return ended(success, text, maxAttempts, token, success);
    }

    /** The end of an attempt whose game server did not complete it in time. */
    public Script timedOut(String text, int maxAttempts) {
        return ended(false, text, maxAttempts, completed, succeeded);
    }

    private Script ended(boolean success, @Nullable String text, int maxAttempts, long lastToken, boolean last) {
        Outcome end = success ? Outcome.SUCCEEDED : attempt >= maxAttempts ? Outcome.FAILED : null;
        return new Script(run, direction, attempt, null, token, revision + 1, end, text, lastToken, last, parts);
    }

    /** The progress when the rollback begins. An attempt to apply the migration can no longer start. */
    public Script turned() {
        return new Script(
                run, Direction.DOWN, 0, null, token, revision + 1, null, message, completed, succeeded, parts);
    }

    /** The progress when the run ends without a rollback. No attempt can start any more. */
    public Script closed() {
        return new Script(
                run,
                direction,
                attempt,
                null,
                token,
                revision + 1,
                Outcome.CLOSED,
                message,
                completed,
                succeeded,
                parts);
    }

    /**
     * The progress after a part of the backup. The part replaces the part with its number and all later ones.
     *
     * @param part number of the part, from 0 to the number of parts
     */
    public Script backedUp(int part, int bytes) {
        List<Integer> sizes = new ArrayList<>(parts.subList(0, part));
        sizes.add(bytes);
        return new Script(
                run, direction, attempt, holder, token, revision + 1, outcome, message, completed, succeeded, sizes);
    }

    /** Bytes of the stored backup. */
    public long backupBytes() {
        return parts.stream().mapToLong(Integer::longValue).sum();
    }
}
