package dev.statecraft.replication.feed;

import dev.statecraft.replication.feed.Player.Subscription;
import dev.statecraft.replication.log.FeedChanged;
import dev.statecraft.replication.state.AnswerBudget;
import dev.statecraft.replication.state.Entity;
import dev.statecraft.replication.state.EntityStore;
import dev.statecraft.replication.state.ReplicationConfig;
import dev.statecraft.replication.type.SchemaService;
import dev.statecraft.table.Backoff;
import dev.statecraft.table.ContentionException;
import dev.statecraft.table.ScanPage;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Event;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The seed's replicateToPlayer: which entities a player is replicated, and forcing it to start again. */
@ApplicationScoped
public class PlayerService {

    private static final int ATTEMPTS = 32;
    private static final long CONTENTION_MILLIS = 2;

    private final PlayerStore players;
    private final EntityStore entities;
    private final SchemaService schemas;
    private final ReplicationConfig config;
    private final Clock clock;
    private final Event<FeedChanged> changes;

    public PlayerService(
            PlayerStore players,
            EntityStore entities,
            SchemaService schemas,
            ReplicationConfig config,
            Clock clock,
            Event<FeedChanged> changes) {
        this.changes = changes;
        this.players = players;
        this.entities = entities;
        this.schemas = schemas;
        this.config = config;
        this.clock = clock;
    }

    /** How a subscription ended; in order of precedence. */
    public sealed interface Result {}

    /** There is no such entity. */
    public record EntityNotFound() implements Result {}

    /** The player is subscribed to as many entities as it can be. */
    public record TooManySubscriptions(int max) implements Result {}

    /** Others changed the player's subscriptions all the time. */
    public record Busy() implements Result {}

    /** The player is subscribed; the entity as it is. */
    public record Subscribed(Entity entity) implements Result {}

    /** Subscribes a player to an entity. Three round trips; once more does nothing. */
    public Result subscribe(String game, String playerId, String space, String entityId) {
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            Backoff.pauseBefore(attempt, CONTENTION_MILLIS);
            Entity entity = schemas.newest(game, entities.read(game, space, entityId));
            if (entity.deleted()) {
                return new EntityNotFound();
            }
            Player player = players.read(game, playerId);
            Optional<Subscription> before = player.find(space, entityId);
            if (before.isPresent() && !before.get().isEnded()) {
                return new Subscribed(entity);
            }
            if (player.count() >= config.playerEntities()) {
                return new TooManySubscriptions(config.playerEntities());
            }
            Player after = player.withSubscriptions(1);
            Subscription next = before.map(ended -> ended.renewed(after.change()))
                    .orElseGet(() -> new Subscription(space, entityId, after.change(), 0, 0, 0));
            if (players.write(game, player, after, next, clock.millis())) {
                changes.fire(new FeedChanged(game, FeedChanged.playerTopic(playerId)));
                return new Subscribed(entity);
            }
        }
        return new Busy();
    }

    /** How ending a subscription ended. */
    public enum Ending {
        /** There was none. */
        NONE,
        /** Others changed the player's subscriptions all the time. */
        BUSY,
        /** It is over. */
        ENDED
    }

    /** Ends a subscription. Two round trips. */
    public Ending unsubscribe(String game, String playerId, String space, String entityId) {
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            Backoff.pauseBefore(attempt, CONTENTION_MILLIS);
            Player player = players.read(game, playerId);
            Optional<Subscription> active = player.find(space, entityId).filter(subscription -> !subscription.isEnded());
            if (active.isEmpty()) {
                return Ending.NONE;
            }
            Player after = player.withSubscriptions(-1);
            if (players.write(game, player, after, active.get().ended(after.change()), clock.millis())) {
                changes.fire(new FeedChanged(game, FeedChanged.playerTopic(playerId)));
                return Ending.ENDED;
            }
        }
        return Ending.BUSY;
    }

    /** Some of a player's entities, and the number of the subscription to go on after; 0 at the end. */
    public record EntityPage(List<Entity> entities, long next) {}

    /**
     * The entities a player is subscribed to, in the order in which it was; deleted ones are left out. Large states may
     * make it fewer than asked for.
     *
     * @param after number of the subscription to go on after, 0 from the start
     */
    public EntityPage entities(String game, String playerId, long after, int limit) {
        List<Subscription> subscriptions = players.read(game, playerId).active().stream()
                .filter(subscription -> subscription.joined() > after)
                .toList();
        return entities(game, subscriptions, limit);
    }

    private EntityPage entities(String game, List<Subscription> subscriptions, int limit) {
        List<Subscription> part = subscriptions.subList(0, Math.min(limit, subscriptions.size()));
        Map<Subscription, Entity> found = read(game, part);
        List<Entity> page = new ArrayList<>();
        AnswerBudget budget = new AnswerBudget(config.answerBytes());
        long last = 0;
        for (Subscription subscription : part) {
            Entity entity = found.get(subscription);
            if (entity != null && !entity.deleted()) {
                if (!budget.take(AnswerBudget.sizeBytes(entity))) {
                    return new EntityPage(page, last);
                }
                page.add(entity);
            }
            last = subscription.joined();
        }
        return new EntityPage(page, part.size() < subscriptions.size() ? last : 0);
    }

    /** The entities of subscriptions, deleted ones included; a round trip for each space and 100 of them. */
    Map<Subscription, Entity> read(String game, List<Subscription> subscriptions) {
        Map<String, List<Subscription>> bySpace = new LinkedHashMap<>();
        subscriptions.forEach(subscription -> bySpace.computeIfAbsent(subscription.space(), space -> new ArrayList<>())
                .add(subscription));
        Map<Subscription, Entity> read = new LinkedHashMap<>();
        bySpace.forEach((space, part) -> {
            Map<String, Entity> found = new HashMap<>();
            schemas.newest(
                            game,
                            entities.readAll(
                                            game,
                                            space,
                                            part.stream()
                                                    .map(Subscription::entityId)
                                                    .toList())
                                    .values())
                    .forEach(entity -> found.put(entity.id(), entity));
            part.forEach(subscription -> {
                Entity entity = found.get(subscription.entityId());
                if (entity != null) {
                    read.put(subscription, entity);
                }
            });
        });
        return read;
    }

    /** The player as it is. */
    Player read(String game, String playerId) {
        return players.read(game, playerId);
    }

    /** Notes that a player was sent its entities; the first time 6 WCU, then nothing. */
    void markSynced(String game, Player player) {
        if (!player.synced() && player.count() > 0) {
            // If somebody else changes the player at this moment, it is noted the next time.
            players.write(game, player, player.withSynced(), null, clock.millis());
        }
    }

    /** The seed's forceSynchronization: whatever the player has seen, its feed starts again. False if it was busy. */
    public boolean resync(String game, String playerId) {
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            Backoff.pauseBefore(attempt, CONTENTION_MILLIS);
            Player player = players.read(game, playerId);
            if (players.write(game, player, player.withResync(), null, clock.millis())) {
                return true;
            }
        }
        return false;
    }

    /**
     * Ends part subscriptions of a player, and forgets that there were any when none is left; 6 WCU each. Without a next
     * step that was all; the count is of items that were removed.
     */
    public ScanPage removeSubscriptions(String game, String playerId, int limit) {
        List<Subscription> active = players.read(game, playerId).active();
        for (Subscription subscription : active.subList(0, Math.min(limit, active.size()))) {
            if (unsubscribe(game, playerId, subscription.space(), subscription.entityId()) == Ending.BUSY) {
                throw new ContentionException("the subscriptions of a player");
            }
        }
        return active.size() > limit
                ? new ScanPage(Integer.toString(active.size() - limit), 0)
                : new ScanPage(null, players.delete(game, playerId));
    }
}
