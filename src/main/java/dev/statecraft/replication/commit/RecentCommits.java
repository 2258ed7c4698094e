package dev.statecraft.replication.commit;

import dev.statecraft.replication.log.LogEntry;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The last commits that this process made, so that those who were told of everything before them can be told at once,
 * without a read of the log. Keeps a few of each of a bounded number of spaces, 16 MB of changes at most.
 */
@ApplicationScoped
public class RecentCommits {

    private static final int MOST_SPACES = 256;
    private static final int MOST_COMMITS = 64;
    private static final int MOST_BYTES = 65_536;

    private record Topic(String game, String space) {}

    private final Map<Topic, Deque<LogEntry>> spaces = new LinkedHashMap<>(16, 0.75f, true);

    /** Remembers a commit; those of a space come in order, though some may be made by others. */
    synchronized void add(String game, String space, LogEntry commit) {
        Topic topic = new Topic(game, space);
        Deque<LogEntry> commits = spaces.computeIfAbsent(topic, key -> new ArrayDeque<>());
        if (!commits.isEmpty() && !follows(commits.getLast(), commit)) {
            commits.clear();
        }
        commits.addLast(commit);
        while (commits.size() > MOST_COMMITS
                || commits.stream().mapToLong(LogEntry::sizeBytes).sum() > MOST_BYTES) {
            commits.removeFirst();
        }
        if (spaces.size() > MOST_SPACES) {
            spaces.remove(spaces.keySet().iterator().next());
        }
    }

    private static boolean follows(LogEntry before, LogEntry after) {
        return after.seq() == before.seq() + 1 && after.epoch().equals(before.epoch());
    }

    /**
     * The commits right behind one, in order and without a gap. There may be later ones that are not known here.
     *
     * @param epoch of the commit; empty where nothing was committed before
     * @return nothing if the next commit is not known
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
