package dev.statecraft.replication.feed;

import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * A player and its subscriptions to entities.
 *
 * @param id the player id
 * @param change number of the player's last change, from 1; 0 if there was none
 * @param count number of active subscriptions
 * @param synced true if the player's entities were sent to the player
 * @param resyncs number of requested resyncs
 * @param subscriptions active subscriptions and recently ended ones, in the order of {@code joined}
 */
public record Player(
        String id, long change, int count, boolean synced, long resyncs, List<Subscription> subscriptions) {

    /** Copies and sorts the subscriptions. */
    public Player {
        subscriptions = subscriptions.stream()
                .sorted(Comparator.comparingLong(Subscription::joined))
                .toList();
    }

    /**
     * Subscription of a player to an entity, active or ended. Numbers are the numbers of the player's changes.
     *
     * @param joined change that started the subscription
     * @param left change that ended the subscription; 0 if it is active
     * @param joinedBefore change that started the previous subscription to the same entity; 0 if there was none
     * @param leftBefore change that ended the previous subscription
     */
    public record Subscription(
            String space, String entityId, long joined, long left, long joinedBefore, long leftBefore) {

        /** Returns true if the subscription has ended. */
        public boolean isEnded() {
            return left > 0;
        }

        /**
         * Returns whether a client has the entity.
         *
         * @param joins last change whose joined entities the client has received
         * @param leaves last change whose left entities the client has received
         */
        Knowledge knowledgeAt(long joins, long leaves) {
            if (joined <= joins) {
                return left == 0 || left > leaves ? Knowledge.HAS : Knowledge.HAS_NOT;
            }
            if (joinedBefore == 0) {
                return Knowledge.HAS_NOT;
            }
            if (joinedBefore > joins) {
                // Any earlier subscription ended before the previous one started.
                return joinedBefore > leaves ? Knowledge.UNKNOWN : Knowledge.HAS_NOT;
            }
            return leftBefore > leaves ? Knowledge.HAS : Knowledge.HAS_NOT;
        }

        /** Returns a new subscription to the same entity. */
        Subscription renewed(long change) {
            return new Subscription(space, entityId, change, 0, joined, left);
        }

        /** Returns the subscription ended by a change. */
        Subscription ended(long change) {
            return new Subscription(space, entityId, joined, change, joinedBefore, leftBefore);
        }
    }

    /** Whether a client has the entity of a subscription. */
    enum Knowledge {
        /** The client has the entity. */
        HAS,
        /** The client does not have the entity. */
        HAS_NOT,
        /** Unknown: the subscription ended more often than the two stored periods show. */
        UNKNOWN
    }

    /** Returns the active subscriptions. */
    public List<Subscription> active() {
        return subscriptions.stream().filter(one -> !one.isEnded()).toList();
    }

    /** Returns the subscription to an entity, active or ended; empty if there is none. */
    Optional<Subscription> find(String space, String entityId) {
        return subscriptions.stream()
                .filter(one -> one.space().equals(space) && one.entityId().equals(entityId))
                .findFirst();
    }

    /** Returns the player after its next change, which adds {@code difference} subscriptions. */
    Player withSubscriptions(int difference) {
        return new Player(id, change + 1, count + difference, synced && count + difference > 0, resyncs, subscriptions);
    }

    /** Returns the player after its next change, which sets {@code synced}. */
    Player withSynced() {
        return new Player(id, change + 1, count, true, resyncs, subscriptions);
    }

    /** Returns the player after its next change, which requests a resync. */
    Player withResync() {
        return new Player(id, change + 1, count, synced, resyncs + 1, subscriptions);
    }
}
