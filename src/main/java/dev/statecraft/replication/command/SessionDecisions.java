package dev.statecraft.replication.command;

import dev.statecraft.replication.command.Mutation.Decision;
import dev.statecraft.replication.command.Mutation.Reject;
import dev.statecraft.replication.command.Mutation.Write;
import dev.statecraft.replication.state.Entity;
import dev.statecraft.replication.state.EntitySession;
import dev.statecraft.replication.type.EntityType;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Evaluates what a command says of the session of its entity. */
final class SessionDecisions {

    private SessionDecisions() {}

    /** The reason to reject a write under a fencing token; null stands for a write without one. */
    static Optional<Rejection> refused(EntityType type, EntitySession session, @Nullable Long fence) {
        if (fence != null) {
            return session.isHeldUnder(fence) ? Optional.empty() : Optional.of(new Rejection.SessionLost());
        }
        return type.sessionRequired() ? Optional.of(new Rejection.SessionRequired()) : Optional.empty();
    }

    /** The session after an accepted update. */
    static EntitySession after(Entity old, SessionUse use) {
        if (use.ends()) {
            return old.session().ended();
        }
        return use.fence() == null ? old.session() : old.session().renewedBy(old.version() + 1);
    }

    /**
     * Grants a session.
     *
     * @param write the version that the grant makes, without the session
     */
    static Decision start(Entity old, Command.StartSession command, Supplier<Decision> write) {
        EntitySession session = old.session();
        if (command.holder().equals(session.holder())) {
            return new Reject(new Rejection.SessionUnchanged());
        }
        if (session.isHeld() && !command.takeOver().permits(session)) {
            return new Reject(new Rejection.SessionHeld());
        }
        Decision decision = write.get();
        return decision instanceof Write made
                ? made.with(session.grantedTo(command.holder(), command.ttlSeconds(), old.version() + 1))
                : decision;
    }

    /** Ends a session. */
    static Decision end(Entity old, long fence, Supplier<Write> write) {
        EntitySession session = old.session();
        if (session.isHeldUnder(fence)) {
            return write.get().with(session.ended());
        }
        return new Reject(
                !session.isHeld() && session.fence() == fence
                        ? new Rejection.SessionUnchanged()
                        : new Rejection.SessionLost());
    }
}
