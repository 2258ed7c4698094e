package dev.statecraft.replication.commit;

import dev.statecraft.replication.log.LogEntry;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Caches the most recent commits of this instance, so they can be pushed to clients without a read of the log. Limits:
 * 256 spaces, 64 commits and 64 KB of changes per space.
 */
@ApplicationScoped
public class RecentCommits {

    private static final int MAX_SPACES = 256;
    private static final int MAX_COMMITS = 64;
    private static final int MAX_BYTES = 65_536;

    private record Topic(String game, String space) {}

    private final Map<Topic, Deque<LogEntry>> spaces = new LinkedHashMap<>(16, 0.75f, true);

    /**
     * Adds a commit. Commits of a space are added in order. Earlier commits are evicted if another instance committed
     * between them.
     */
    synchronized void add(String game, String space, LogEntry commit) {
        Topic topic = new Topic(game, space);
        Deque<LogEntry> commits = spaces.computeIfAbsent(topic, key -> new ArrayDeque<>());
        if (!commits.isEmpty() && !isNext(commits.getLast(), commit)) {
            commits.clear();
        }
        commits.addLast(commit);
        while (commits.size() > MAX_COMMITS
                || commits.stream().mapToLong(LogEntry::sizeBytes).sum() > MAX_BYTES) {
            commits.removeFirst();
        }
        if (spaces.size() > MAX_SPACES) {
            spaces.remove(spaces.keySet().iterator().next());
        }
    }

    private static boolean isNext(LogEntry before, LogEntry after) {
        return after.seq() == before.seq() + 1 && after.epoch().equals(before.epoch());
    }

    /**
     * Returns the commits directly after a sequence number, in order and without a gap. Later commits of other
     * instances may be missing.
     *
     * @param epoch space epoch of the client; empty before the first commit
     * @return empty if the next commit is not cached
     */
    public synchronized List<LogEntry> after(String game, String space, String epoch, long seq) {
        Deque<LogEntry> commits = spaces.get(new Topic(game, space));
        if (commits == null || commits.isEmpty()) {
            return List.of();
        }
        LogEntry first = commits.getFirst();
        boolean known = first.seq() <= seq + 1
                && (first.epoch().equals(epoch) || (epoch.isEmpty() && seq == 0 && first.seq() == 1));
        return known ? commits.stream().filter(commit -> commit.seq() > seq).toList() : List.of();
    }
}
