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

/** Subscriptions of players to entities. Implements {@code replicateToPlayer} of the original Luau API. */
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
    private final Backoff backoff;

    public PlayerService(
            PlayerStore players,
            EntityStore entities,
            SchemaService schemas,
            ReplicationConfig config,
            Clock clock,
            Event<FeedChanged> changes,
            Backoff backoff) {
        this.changes = changes;
        this.players = players;
        this.entities = entities;
        this.schemas = schemas;
        this.config = config;
        this.clock = clock;
        this.backoff = backoff;
    }

    /** Result of a subscription request. Variants are listed in order of precedence. */
    public sealed interface Result {}

    /** The entity does not exist. */
    public record EntityNotFound() implements Result {}

    /** The player has {@code max} subscriptions, the configured maximum. */
    public record TooManySubscriptions(int max) implements Result {}

    /** Gave up after conflicting writes; nothing was changed. The caller may retry. */
    public record Busy() implements Result {}

    /** The player is subscribed to the entity; contains the current entity. */
    public record Subscribed(Entity entity) implements Result {}

    /** Subscribes a player to an entity. Does nothing if it is already subscribed. Takes three round trips. */
    public Result subscribe(String game, String playerId, String space, String entityId) {
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            backoff.pauseBefore(attempt, CONTENTION_MILLIS);
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

    /** Result of a request to end a subscription. */
    public enum Ending {
        /** The player is not subscribed to the entity. */
        NONE,
        /** Gave up after conflicting writes; nothing was changed. The caller may retry. */
        BUSY,
        /** The subscription was ended. */
        ENDED
    }

    /** Ends a subscription. Takes two round trips. */
    public Ending unsubscribe(String game, String playerId, String space, String entityId) {
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            backoff.pauseBefore(attempt, CONTENTION_MILLIS);
            Player player = players.read(game, playerId);
            Optional<Subscription> active =
                    player.find(space, entityId).filter(subscription -> !subscription.isEnded());
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

    /** A list page of a player's entities; {@code next} is the subscription to continue after, 0 on the last page. */
    public record EntityPage(List<Entity> entities, long next) {}

    /**
     * Returns the entities that a player is subscribed to, in the order of the subscriptions, without deleted
     * entities. A page may contain fewer than {@code limit} entities if their states are large.
     *
     * @param after number of the subscription to continue after, 0 to start
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

    /** Reads the entities of subscriptions, including deleted ones. Takes a round trip per space and 100 entities. */
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

    /** Reads a player with its subscriptions, strongly consistent. Cost: 1 RCU per about 40 subscriptions. */
    Player read(String game, String playerId) {
        return players.read(game, playerId);
    }

    /** Stores that a player's entities were sent to it. Cost: 6 WCU the first time, then none. */
    void markSynced(String game, Player player) {
        if (!player.synced() && player.count() > 0) {
            // If the write loses the race to a concurrent change of the player, the next pull repeats it.
            players.write(game, player, player.withSynced(), null, clock.millis());
        }
    }

    /**
     * Makes all clients of a player resync. Implements {@code forceSynchronization} of the original Luau API.
     *
     * @return false if it gave up after conflicting writes; nothing was changed then
     */
    public boolean resync(String game, String playerId) {
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            backoff.pauseBefore(attempt, CONTENTION_MILLIS);
            Player player = players.read(game, playerId);
            if (players.write(game, player, player.withResync(), null, clock.millis())) {
                return true;
            }
        }
        return false;
    }

    /**
     * Ends up to {@code limit} subscriptions of a player. When none is left, deletes the items of the player. Cost: 6
     * WCU per subscription.
     *
     * @return a page with a next cursor if subscriptions are left; otherwise the number of deleted items
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
