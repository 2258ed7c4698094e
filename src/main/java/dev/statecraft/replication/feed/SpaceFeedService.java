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
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Reads the space feed: every commit after a client's cursor, complete and in order. A client without a valid cursor
 * receives a snapshot and the commits that were made while the snapshot was read.
 */
@ApplicationScoped
public class SpaceFeedService {

    private static final int LOG_PAGE = 1_000;
    private static final int SNAPSHOT_PAGE = 500;

    /** Maximum number of reads of a commit log that changes during a read. */
    private static final int MAX_READS = 3;

    /** Longer than DynamoDB takes to complete a transaction and the clocks of instances differ. */
    private static final Duration VISIBLE_AFTER = Duration.ofSeconds(30);

    private final LogStore log;
    private final EntityStore entities;
    private final SchemaService schemas;
    private final ResyncService resyncs;
    private final Clock clock;

    public SpaceFeedService(
            LogStore log, EntityStore entities, SchemaService schemas, ResyncService resyncs, Clock clock) {
        this.log = log;
        this.entities = entities;
        this.schemas = schemas;
        this.resyncs = resyncs;
        this.clock = clock;
    }

    /** Returns true if no resync was requested since a cursor was issued. */
    boolean isCurrent(String game, long issuedAtMillis) {
        return issuedAtMillis >= resyncs.resyncBefore(game);
    }

    /** Returns the issue time of a new cursor in Unix milliseconds; never before the last requested resync. */
    long now(String game) {
        return Math.max(clock.millis(), resyncs.resyncBefore(game));
    }

    /**
     * A page of commits after a cursor.
     *
     * @param epoch space epoch; empty if nothing was ever committed
     * @param checksum checksum of the space after the commits; null if the page is empty but there are more commits
     * @param more true if there are more commits
     * @param lost true if the commit log no longer contains the commits after the cursor
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
     * Returns the changes of a space after a cursor. Cost without changes: 1 RCU.
     *
     * @param cursor null for a client without a cursor, which receives a snapshot
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
     * Returns a feed of given commits without any read.
     *
     * @param commits commits that directly follow the cursor; the feed contains as many as fit the budget
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
        return new FeedCursor(space, head.epoch(), visibleSeq(head), now(game), "", 0);
    }

    /**
     * Returns the sequence number of the last commit whose entities are certainly visible. The items of a transaction
     * become visible one after the other, so entities that are read after the head may lack its commit. A reader
     * therefore begins one commit earlier, unless the last one is older than {@link #VISIBLE_AFTER}.
     */
    long visibleSeq(Space head) {
        return isSettled(head) ? head.seq() : Math.max(0, head.seq() - 1);
    }

    private boolean isSettled(Space head) {
        return head.at() < clock.millis() - VISIBLE_AFTER.toMillis();
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
     * Returns the commits after a commit, without a gap, as many as the budget allows; none, with more to come, if the
     * next commit is being written. Cost: 1 RCU per 4 KB.
     *
     * @param epoch space epoch of the cursor; empty if the client has no commit yet
     * @param after sequence number of the last commit that the client has
     */
    CommitPage commitsAfter(String game, String space, String epoch, long after, AnswerBudget budget) {
        Optional<Space> head = Optional.empty();
        for (int read = 0; read < MAX_READS; read++) {
            LogPart part = log.after(game, space, after, LOG_PAGE);
            head = part.head();
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
            boolean incomplete =
                    cut || part.more() || (head.isPresent() && head.get().seq() > seq);
            if (!commits.isEmpty() || cut || !incomplete) {
                return CommitPage.of(commits, epoch, head, incomplete);
            }
            // The next commit is missing: it has expired, or it is being written.
        }
        return head.isPresent() && head.get().seq() == after + 1 && !isSettled(head.get())
                ? CommitPage.of(List.of(), epoch, head, true)
                : CommitPage.LOST;
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
            // The space got a new epoch while the snapshot was read.
            return snapshot(game, begin(game, from.space()), true, true, budget);
        }
        FeedCursor all = new FeedCursor(from.space(), from.epoch(), from.seq(), from.at(), "", settlesAt);
        Feed feed =
                feed(game, all, new Feed.Snapshot(taken, first, false), withoutKnown(page.commits(), versions), page);
        return new Feed(feed.cursor(), feed.snapshot(), feed.commits(), feed.checksum(), resync, feed.more());
    }

    /** Returns the commits without the changes that the snapshot already contains. */
    private static List<LogEntry> withoutKnown(List<LogEntry> commits, Map<String, Long> versions) {
        List<LogEntry> withoutKnown = new ArrayList<>();
        for (LogEntry entry : commits) {
            List<Change> changes = entry.changes().stream()
                    .filter(change -> change.version() > versions.getOrDefault(change.entityId(), 0L))
                    .toList();
            if (!changes.isEmpty()) {
                withoutKnown.add(entry.withChanges(changes));
            }
        }
        return withoutKnown;
    }
}
