package dev.statecraft.replication.command;

import dev.statecraft.replication.state.EntitySession;

/** Whether a session that another server holds may be granted to a server. */
public sealed interface TakeOver {

    /** Whether a session may be taken over. */
    boolean permits(EntitySession session);

    /** A held session is not taken over. */
    record Never() implements TakeOver {

        @Override
        public boolean permits(EntitySession session) {
            return false;
        }
    }

    /** Any session is taken over. */
    record Steal() implements TakeOver {

        @Override
        public boolean permits(EntitySession session) {
            return true;
        }
    }

    /**
     * The session that was seen without a sign of life for its time to live is taken over, and no later one.
     *
     * @param renewed version of the entity that the holder had written last
     */
    record Expired(long fence, long renewed) implements TakeOver {

        @Override
        public boolean permits(EntitySession session) {
            return session.fence() == fence && session.renewed() == renewed;
        }
    }
}
