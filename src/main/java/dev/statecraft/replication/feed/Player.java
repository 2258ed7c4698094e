package dev.statecraft.replication.feed;

import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * A player and the entities it is replicated.
 *
 * @param id the player
 * @param change the number of its last change, from 1; 0 if there never was one
 * @param count how many entities it is subscribed to
 * @param synced whether it was sent its entities
 * @param resyncs how often it was told to start again
 * @param subscriptions those there are, and those that ended lately
 */
public record Player(
        String id, long change, int count, boolean synced, long resyncs, List<Subscription> subscriptions) {

    /** In the order in which they were made. */
    public Player {
        subscriptions = subscriptions.stream()
                .sorted(Comparator.comparingLong(Subscription::joined))
                .toList();
    }

    /**
     * That an entity is part of a player's feed, or was. Numbers are those of the player's changes.
     *
     * @param joined the change that made it
     * @param left the change that ended it; 0 as long as nothing did
     * @param joinedBefore the change that made it the time before this one; 0 if there was none
     * @param leftBefore the change that ended it the time before this one
     */
    public record Subscription(
            String space, String entityId, long joined, long left, long joinedBefore, long leftBefore) {

        /** Whether it has ended. */
        public boolean isEnded() {
            return left > 0;
        }

        /** What a reader that knows of joining up to one change, and of leaving up to another, makes of it. */
        Knowledge knowledgeAt(long joins, long leaves) {
            if (joined <= joins) {
                return left == 0 || left > leaves ? Knowledge.HAS : Knowledge.HAS_NOT;
            }
            if (joinedBefore == 0) {
                return Knowledge.HAS_NOT;
            }
            if (joinedBefore > joins) {
                // Any time before that ended before it.
                return joinedBefore > leaves ? Knowledge.UNKNOWN : Knowledge.HAS_NOT;
            }
            return leftBefore > leaves ? Knowledge.HAS : Knowledge.HAS_NOT;
        }

        /** The same entity again. */
        Subscription renewed(long change) {
            return new Subscription(space, entityId, change, 0, joined, left);
        }

        /** This subscription, ended. */
        Subscription ended(long change) {
            return new Subscription(space, entityId, joined, change, joinedBefore, leftBefore);
        }
    }

    /** What a reader knows of a subscription. */
    enum Knowledge {
        /** It has the entity. */
        HAS,
        /** It does not have it. */
        HAS_NOT,
        /** It came and went more often than is remembered. */
        UNKNOWN
    }

    /** The subscriptions that have not ended. */
    public List<Subscription> active() {
        return subscriptions.stream().filter(one -> !one.isEnded()).toList();
    }

    /** The subscription to an entity, ended or not. */
    Optional<Subscription> find(String space, String entityId) {
        return subscriptions.stream()
                .filter(one -> one.space().equals(space) && one.entityId().equals(entityId))
                .findFirst();
    }

    /** This player with one subscription more or less. */
    Player withSubscriptions(int difference) {
        return new Player(id, change + 1, count + difference, synced && count + difference > 0, resyncs, subscriptions);
    }

    /** This player after it was sent its entities. */
    Player withSynced() {
        return new Player(id, change + 1, count, true, resyncs, subscriptions);
    }

    /** This player when it has to start again. */
    Player withResync() {
        return new Player(id, change + 1, count, synced, resyncs + 1, subscriptions);
    }
}
