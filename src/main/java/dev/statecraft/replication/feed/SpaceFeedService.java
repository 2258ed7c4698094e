package dev.statecraft.replication.feed;

import dev.statecraft.replication.log.Change;
import dev.statecraft.replication.log.LogEntry;
import dev.statecraft.replication.log.LogStore;
import dev.statecraft.replication.log.LogStore.LogPart;
import dev.statecraft.replication.state.AnswerBudget;
import dev.statecraft.replication.state.Entity;
import dev.statecraft.replication.state.EntityStore;
import dev.statecraft.replication.state.EntityStore.EntityPage;
import dev.statecraft.replication.state.Space;
import dev.statecraft.replication.state.SpaceChecksum;
import dev.statecraft.replication.type.SchemaService;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Tells readers what was committed to a space since their cursor: every commit, whole and in order. Who has no cursor
 * that is worth anything gets a snapshot, and the commits that were made while it was taken.
 */
@ApplicationScoped
public class SpaceFeedService {

    private static final int LOG_PAGE = 1_000;
    private static final int SNAPSHOT_PAGE = 500;

    /** How often a log is read again that was added to while it was read. */
    private static final int READS = 3;

    private final LogStore log;
    private final EntityStore entities;
    private final SchemaService schemas;
    private final ResyncService resyncs;
    private final Clock clock;

    public SpaceFeedService(LogStore log, EntityStore entities, SchemaService schemas, ResyncService resyncs, Clock clock) {
        this.log = log;
        this.entities = entities;
        this.schemas = schemas;
        this.resyncs = resyncs;
        this.clock = clock;
    }

    /** Whether a cursor that was given out at a moment is worth anything: nobody had to begin anew since. */
    boolean isCurrent(String game, long givenOutAtMillis) {
        return givenOutAtMillis >= resyncs.resyncBefore(game);
    }

    /** When a cursor is given out, by a clock that is never behind the moment from which on cursors count. */
    long now(String game) {
        return Math.max(clock.millis(), resyncs.resyncBefore(game));
    }

    /**
     * Commits after a cursor.
     *
     * @param epoch the epoch of the space; empty if nothing was ever committed
     * @param checksum of the space after the commits; null if there are none but could be
     * @param more whether there are more than these
     * @param lost whether the log does not reach back to the cursor
     */
    record CommitPage(
            List<LogEntry> commits, String epoch, @Nullable SpaceChecksum checksum, boolean more, boolean lost) {

        private static final CommitPage LOST = new CommitPage(List.of(), "", null, false, true);

        private static CommitPage of(List<LogEntry> commits, String epoch, Optional<Space> head, boolean more) {
            if (commits.isEmpty()) {
                return new CommitPage(
                        commits,
                        head.map(Space::epoch).orElse(epoch),
                        more ? null : head.map(Space::checksum).orElse(SpaceChecksum.EMPTY),
                        more,
                        false);
            }
            LogEntry last = commits.get(commits.size() - 1);
            return new CommitPage(commits, last.epoch(), last.checksum(), more, false);
        }
    }

    /**
     * What a reader of a space is told. Nothing new: one request, 1 RCU.
     *
     * @param cursor null for one that begins
     */
    public Feed pull(String game, String space, @Nullable FeedCursor cursor, AnswerBudget budget) {
        if (cursor == null) {
            return snapshot(game, begin(game, space), true, false, budget);
        }
        if (!cursor.space().equals(space) || !isCurrent(game, cursor.at())) {
            return snapshot(game, begin(game, space), true, true, budget);
        }
        if (!cursor.snapshotAfter().isEmpty()) {
            return snapshot(game, cursor, false, false, budget);
        }
        CommitPage page = commitsAfter(game, space, cursor.epoch(), cursor.seq(), budget);
        return page.lost()
                ? snapshot(game, begin(game, space), true, true, budget)
                : feed(game, cursor, null, page.commits(), page);
    }

    /**
     * What a reader is told of commits that are known already; reads nothing.
     *
     * @param commits those right behind the cursor, as many as fit the budget are told
     */
    Feed feedOf(String game, FeedCursor cursor, List<LogEntry> commits, AnswerBudget budget) {
        List<LogEntry> fitting = commits.stream()
                .takeWhile(commit -> budget.take(commit.sizeBytes()))
                .toList();
        return feed(
                game,
                cursor,
                null,
                fitting,
                CommitPage.of(fitting, cursor.epoch(), Optional.empty(), fitting.size() < commits.size()));
    }

    private FeedCursor begin(String game, String space) {
        Space head = log.head(game, space);
        return new FeedCursor(space, head.epoch(), head.seq(), now(game), "", 0);
    }

    private Feed feed(
            String game, FeedCursor cursor, Feed.@Nullable Snapshot snapshot, List<LogEntry> commits, CommitPage page) {
        List<LogEntry> read = page.commits();
        long seq = read.isEmpty() ? cursor.seq() : read.get(read.size() - 1).seq();
        return new Feed(
                cursor.after(page.epoch(), seq, now(game)),
                snapshot,
                commits,
                seq < cursor.settlesAt() ? null : page.checksum(),
                false,
                page.more());
    }

    /**
     * The commits after one, without a gap, as many as the budget allows.
     *
     * @param epoch the epoch they have to be of; empty for any, where nothing was seen yet
     */
    CommitPage commitsAfter(String game, String space, String epoch, long after, AnswerBudget budget) {
        for (int read = 0; read < READS; read++) {
            LogPart part = log.after(game, space, after, LOG_PAGE);
            Optional<Space> head = part.head();
            String expected = epoch;
            List<LogEntry> commits = new ArrayList<>();
            long seq = after;
            boolean lost = isLost(head, epoch, after)
                    || (head.isEmpty() && part.entries().isEmpty() && after > 0);
            boolean cut = false;
            for (LogEntry entry : part.entries()) {
                if (entry.seq() != seq + 1 || lost || cut) {
                    break;
                }
                if (!expected.isEmpty() && !entry.epoch().equals(expected)) {
                    lost = true;
                } else if (budget.take(entry.sizeBytes())) {
                    commits.add(entry);
                    expected = entry.epoch();
                    seq = entry.seq();
                } else {
                    cut = true;
                }
            }
            if (lost) {
                return CommitPage.LOST;
            }
            boolean behind =
                    cut || part.more() || (head.isPresent() && head.get().seq() > seq);
            if (!commits.isEmpty() || cut || !behind) {
                return CommitPage.of(commits, epoch, head, behind);
            }
            // There are commits, but not the next one: it has expired, or was made while this was read.
        }
        return CommitPage.LOST;
    }

    private static boolean isLost(Optional<Space> head, String epoch, long after) {
        return head.isPresent()
                && (head.get().seq() < after
                        || (!epoch.isEmpty() && !head.get().epoch().equals(epoch)));
    }

    private Feed snapshot(String game, FeedCursor from, boolean first, boolean resync, AnswerBudget budget) {
        String after = from.snapshotAfter().isEmpty() ? null : from.snapshotAfter();
        List<Entity> taken = new ArrayList<>();
        Map<String, Long> versions = new HashMap<>();
        String next = after;
        long settlesAt = from.settlesAt();
        boolean complete = false;
        boolean full = false;
        while (!complete && !full) {
            EntityPage page = entities.page(game, from.space(), next, SNAPSHOT_PAGE);
            for (Entity entity : schemas.newest(game, page.entities())) {
                if (!entity.deleted() || entity.seq() > from.seq()) {
                    if (!budget.take(AnswerBudget.sizeBytes(entity))) {
                        full = true;
                        break;
                    }
                    taken.add(entity);
                    versions.put(entity.id(), entity.version());
                    settlesAt = Math.max(settlesAt, entity.seq());
                }
                next = entity.id();
            }
            complete = !full && page.next() == null;
            full = full || budget.isUsedUp();
        }
        if (!complete) {
            FeedCursor cursor = new FeedCursor(
                    from.space(), from.epoch(), from.seq(), now(game), next == null ? "" : next, settlesAt);
            return new Feed(cursor, new Feed.Snapshot(taken, first, true), List.of(), null, resync, true);
        }
        CommitPage page = commitsAfter(game, from.space(), from.epoch(), from.seq(), budget);
        if (page.lost()) {
            // The space was given another epoch while the snapshot was taken.
            return snapshot(game, begin(game, from.space()), true, true, budget);
        }
        FeedCursor all = new FeedCursor(from.space(), from.epoch(), from.seq(), from.at(), "", settlesAt);
        Feed feed = feed(game, all, new Feed.Snapshot(taken, first, false), unknown(page.commits(), versions), page);
        return new Feed(feed.cursor(), feed.snapshot(), feed.commits(), feed.checksum(), resync, feed.more());
    }

    /** The commits without the changes that a snapshot has already. */
    private static List<LogEntry> unknown(List<LogEntry> commits, Map<String, Long> versions) {
        List<LogEntry> unknown = new ArrayList<>();
        for (LogEntry entry : commits) {
            List<Change> changes = entry.changes().stream()
                    .filter(change -> change.version() > versions.getOrDefault(change.entityId(), 0L))
                    .toList();
            if (!changes.isEmpty()) {
                unknown.add(new LogEntry(
                        entry.seq(), entry.epoch(), entry.at(), entry.checksum(), changes, entry.sizeBytes()));
            }
        }
        return unknown;
    }
}
