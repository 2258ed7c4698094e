package dev.statecraft.replication.feed;

import dev.statecraft.replication.entity.SchemaAnswers;
import dev.statecraft.replication.feed.PlayerFeed.SpaceCommit;
import dev.statecraft.replication.log.Change;
import dev.statecraft.replication.log.HistoryService;
import dev.statecraft.replication.log.LogEntry;
import dev.statecraft.replication.state.AnswerBudget;
import dev.statecraft.replication.state.Entity;
import dev.statecraft.replication.state.EntityStore;
import dev.statecraft.replication.state.PackedJson;
import dev.statecraft.replication.type.SchemaService;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Converts feeds to the schema version of a client. A change that was made in a later schema version becomes a whole state
 * in the version of the client, because a step applies to the state of its own version only. Cost: the reads of the
 * entities whose steps are converted.
 */
@ApplicationScoped
public class SchemaFeeds {

    private final SchemaService schemas;
    private final SchemaAnswers conversions;
    private final EntityStore entities;
    private final HistoryService history;

    public SchemaFeeds(SchemaService schemas, SchemaAnswers conversions, EntityStore entities, HistoryService history) {
        this.schemas = schemas;
        this.conversions = conversions;
        this.entities = entities;
        this.history = history;
    }

    /**
     * Converts a feed of a space.
     *
     * @return empty if a state of the feed is no longer stored; the client needs a snapshot
     * @throws dev.statecraft.http.ProblemException 409 if a state cannot be downgraded
     */
    Optional<Feed> convert(String game, Feed feed, String schemaVersion) {
        Feed.Snapshot snapshot = feed.snapshot();
        List<LogEntry> commits = new ArrayList<>();
        for (LogEntry commit : feed.commits()) {
            Optional<LogEntry> converted = convert(game, feed.cursor().space(), commit, schemaVersion);
            if (converted.isEmpty()) {
                return Optional.empty();
            }
            commits.add(converted.get());
        }
        return Optional.of(new Feed(
                feed.cursor(),
                snapshot == null
                        ? null
                        : new Feed.Snapshot(
                                convert(game, snapshot.entities(), schemaVersion), snapshot.first(), snapshot.more()),
                commits,
                feed.checksum(),
                feed.resync(),
                feed.more()));
    }

    /** Converts a player feed, as {@link #convert(String, Feed, String)}. */
    Optional<PlayerFeed> convert(String game, PlayerFeed feed, String schemaVersion) {
        List<SpaceCommit> commits = new ArrayList<>();
        for (SpaceCommit commit : feed.commits()) {
            Optional<LogEntry> converted = convert(game, commit.space(), commit.commit(), schemaVersion);
            if (converted.isEmpty()) {
                return Optional.empty();
            }
            commits.add(new SpaceCommit(commit.space(), converted.get()));
        }
        return Optional.of(new PlayerFeed(
                feed.cursor(),
                convert(game, feed.entities(), schemaVersion),
                feed.first(),
                feed.left(),
                commits,
                feed.resync(),
                feed.more()));
    }

    /** Size of the states and changes of a feed, as plain text. */
    static long sizeBytes(Feed feed) {
        Feed.Snapshot snapshot = feed.snapshot();
        return sizeBytes(snapshot == null ? List.of() : snapshot.entities(), feed.commits());
    }

    /** Size of the states and changes of a player feed, as plain text. */
    static long sizeBytes(PlayerFeed feed) {
        return sizeBytes(
                feed.entities(),
                feed.commits().stream().map(SpaceCommit::commit).toList());
    }

    private static long sizeBytes(List<Entity> entities, List<LogEntry> commits) {
        return entities.stream().mapToLong(AnswerBudget::sizeBytes).sum()
                + commits.stream()
                        .flatMap(commit -> commit.changes().stream())
                        .mapToLong(change -> PackedJson.text(change.toJson()).length)
                        .sum();
    }

    private List<Entity> convert(String game, List<Entity> entities, String schemaVersion) {
        return entities.stream()
                .map(entity -> entity.deleted() ? entity : conversions.of(game, entity, schemaVersion))
                .toList();
    }

    private Optional<LogEntry> convert(String game, String space, LogEntry commit, String schemaVersion) {
        List<Change> changes = new ArrayList<>();
        for (Change change : commit.changes()) {
            Optional<Change> converted = convert(game, space, commit, change, schemaVersion);
            if (converted.isEmpty()) {
                return Optional.empty();
            }
            changes.add(converted.get());
        }
        return Optional.of(commit.withChanges(changes));
    }

    private Optional<Change> convert(String game, String space, LogEntry commit, Change change, String schemaVersion) {
        if (change.kind() == Change.Kind.DELETED || !schemas.isAfter(change.schemaVersion(), schemaVersion)) {
            return Optional.of(change);
        }
        Optional<Entity> whole = change.kind() == Change.Kind.STEP
                ? stored(game, space, change)
                : Optional.of(change.applyTo(
                        Entity.none(space, change.entityId()), commit.at(), commit.seq(), PackedJson.NEVER));
        return whole.map(entity -> change.inState(conversions.of(game, entity, schemaVersion)));
    }

    private Optional<Entity> stored(String game, String space, Change change) {
        Entity current = entities.read(game, space, change.entityId());
        return current.keeps(change.version()) ? history.at(game, current, change.version()) : Optional.empty();
    }
}
