package dev.statecraft.replication.command;

import dev.statecraft.replication.guard.Guard;
import dev.statecraft.replication.guard.SchemaViolation;
import dev.statecraft.replication.merge.Conflict;
import dev.statecraft.replication.merge.Merge;
import dev.statecraft.replication.state.Strategy;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reason for rejecting a mutation. Nothing of the mutation was written. Variants are listed in order of precedence. */
public sealed interface Rejection {

    /** The request does not apply to the entity. {@code field} is the field or path at fault. */
    record Invalid(String field, String detail) implements Rejection {}

    /** The resulting state exceeds the limits of a state. */
    record TooLarge(String detail) implements Rejection {}

    /** The source may not write the entity. */
    record Forbidden(String detail) implements Rejection {}

    /** The entity does not exist or is deleted. */
    record NotFound() implements Rejection {}

    /** The entity already exists. */
    record Exists() implements Rejection {}

    /** Another server holds the session of the entity. */
    record SessionHeld() implements Rejection {}

    /** The server already holds the session, or the session has already ended. Nothing needs to be written. */
    record SessionUnchanged() implements Rejection {}

    /** The session of the fencing token has ended, or another server has taken it over. */
    record SessionLost() implements Rejection {}

    /** Entities of this type are only written in a session, and the command has no fencing token. */
    record SessionRequired() implements Rejection {}

    /** A message does not wait: it was never sent, was acknowledged earlier, or has expired. */
    record MessageNotWaiting(String messageId) implements Rejection {}

    /** The entity or the result cannot be converted to the schema version of the sender, or back. */
    record SchemaUnavailable(@Nullable String schemaVersion, String reason) implements Rejection {}

    /** The entity is not at the required version. */
    record Stale() implements Rejection {}

    /** The version never existed, was a deletion, or is no longer stored. */
    record VersionUnknown(long version) implements Rejection {}

    /** The stored values won every conflict, or the update changes nothing. */
    record Lost(List<Conflict> conflicts, Strategy strategy) implements Rejection {}

    /** A rule of the guard of the update, or of its entity type, is violated. */
    record GuardFailed(Guard.Violation violation) implements Rejection {}

    /** The resulting state violates the schema of its entity type. */
    record SchemaViolated(SchemaViolation violation) implements Rejection {}

    /** An earlier request with the same mutation id was parked. */
    record AlreadyParked() implements Rejection {}

    /** The strategy is MANUAL and {@code update} has conflicts. */
    record ManualConflict(Merge.Update update, Guard guard, List<Conflict> conflicts) implements Rejection {}
}
