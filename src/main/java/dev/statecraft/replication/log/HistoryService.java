package dev.statecraft.replication.log;

import dev.statecraft.replication.log.HistoryStore.EntityChange;
import dev.statecraft.replication.log.HistoryStore.Newest;
import dev.statecraft.replication.log.HistoryStore.StoredPart;
import dev.statecraft.replication.state.AnswerBudget;
import dev.statecraft.replication.state.Entity;
import dev.statecraft.replication.state.PackedJson;
import dev.statecraft.replication.state.ReplicationConfig;
import dev.statecraft.table.ItemChange;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.LongStream;
import org.jboss.logging.Logger;

/**
 * The version history of entities. The consumer of the entities table's stream stores each version shortly after its
 * commit. A version that is read before that is derived from the commit log.
 */
@ApplicationScoped
public class HistoryService {

    private static final Logger LOG = Logger.getLogger(HistoryService.class);

    /** Maximum number of log entries read to derive versions, enough for a busy space while the stream lags. */
    private static final int MAX_ENTRIES = 5_000;

    private static final int LOG_PAGE = 500;

    private final HistoryStore versions;
    private final LogStore log;
    private final ReplicationConfig config;

    public HistoryService(HistoryStore versions, LogStore log, ReplicationConfig config) {
        this.versions = versions;
        this.log = log;
        this.config = config;
    }

    /** The size in bytes from which on states are compressed; {@link PackedJson#NEVER} if compression is off. */
    public static int thresholdBytes(ReplicationConfig config) {
        return config.stateCompression() ? config.compressionThresholdBytes() : PackedJson.NEVER;
    }

    /**
     * Reads one version of an entity. Cost: nothing for the current version; 1 RCU for each 4 KB of a stored version; a
     * query of the commit log for a version that is not stored yet.
     *
     * @param current the current version of the entity
     * @return empty if the version does not exist or is no longer stored
     */
    public Optional<Entity> at(String game, Entity current, long version) {
        if (version == current.version()) {
            return version == 0 ? Optional.empty() : Optional.of(current);
        }
        if (version < 1 || version > current.version()) {
            return Optional.empty();
        }
        Optional<Entity> recorded = versions.read(game, current.space(), current.id(), version);
        return recorded.isPresent()
                ? recorded
                : Optional.ofNullable(derived(game, current, version).get(version));
    }

    /** A page of versions, newest first. {@code next} is the version to continue below; 0 at the end. */
    public record VersionPage(List<Entity> versions, long next) {}

    /**
     * Lists the versions of an entity. A page has at least one version and ends early if the states would exceed
     * {@code answer-bytes}. Cost: 1 RCU for each 4 KB of stored versions; two queries for each gap of versions that are not
     * stored, which are at most those of the last seconds.
     *
     * @param below only versions below this one
     * @param limit maximum number of versions
     */
    public VersionPage list(String game, Entity current, long below, int limit) {
        long newest = Math.min(below - 1, current.version());
        long oldest = Math.max(1, current.version() - Math.max(1, current.kept()) + 1);
        if (newest < oldest || newest < 1) {
            return new VersionPage(List.of(), 0);
        }
        NavigableMap<Long, Entity> found = new TreeMap<>();
        if (newest == current.version()) {
            found.put(newest, current);
        }
        StoredPart stored = versions.upTo(game, current.space(), current.id(), newest, limit);
        stored.versions().forEach(version -> found.putIfAbsent(version.version(), version));
        long lowest = stored.more() ? found.firstKey() : oldest;
        addMissing(game, current, found, lowest, newest, limit);
        AnswerBudget budget = new AnswerBudget(config.answerBytes());
        List<Entity> page = found.subMap(oldest, true, newest, true).descendingMap().values().stream()
                .limit(limit)
                .takeWhile(version -> budget.take(size(version)))
                .toList();
        long last = page.isEmpty() ? 0 : page.get(page.size() - 1).version();
        return new VersionPage(page, last > oldest ? last : 0);
    }

    /**
     * Adds versions that were not stored when the others were read, if the commit log still has them. The consumer stores
     * versions at any time and in any order, so any of them can be missing.
     *
     * @param found the versions read, to which the missing ones are added
     * @param limit number of versions that are enough
     */
    private void addMissing(
            String game, Entity current, NavigableMap<Long, Entity> found, long lowest, long newest, int limit) {
        int left = limit;
        for (long version = newest; version >= lowest && left > 0; version--) {
            if (!found.containsKey(version)) {
                derived(game, current, version).forEach(found::putIfAbsent);
            }
            if (found.containsKey(version)) {
                left--;
            } else {
                // Neither stored nor in the log. Those below it that are not read either have no source.
                Long next = found.lowerKey(version);
                version = next == null ? lowest : next + 1;
            }
        }
    }

    private static long size(Entity version) {
        PackedJson conflicts = version.conflicts();
        return AnswerBudget.sizeBytes(version) + (conflicts == null ? 0L : conflicts.plainBytes());
    }

    /** The last stored version up to {@code version}, and later ones that can be derived from the commit log. */
    private NavigableMap<Long, Entity> derived(String game, Entity current, long version) {
        NavigableMap<Long, Entity> found = new TreeMap<>();
        Entity last = versions.upTo(game, current.space(), current.id(), version, 1).versions().stream()
                .findFirst()
                .orElseGet(() -> Entity.none(current.space(), current.id()));
        if (last.version() > 0) {
            // The version may have been stored since the caller's read.
            found.put(last.version(), last);
        }
        // The commit of the last stored version may have made later versions as well.
        long seq = Math.max(0, (last.version() == 0 ? current.createdSeq() : last.seq()) - 1);
        int left = MAX_ENTRIES;
        while (last.version() < version && seq < current.seq() && left > 0) {
            // Sequence numbers have no gaps, and later commits did not change the entity.
            int limit = (int) Math.min(LOG_PAGE, current.seq() - seq);
            LogStore.LogPart part = log.after(game, current.space(), seq, limit);
            for (LogEntry entry : part.entries()) {
                for (Change change : entry.changes()) {
                    if (change.entityId().equals(current.id())
                            && change.version() > last.version()
                            && change.version() <= version) {
                        if (change.kind() == Change.Kind.STEP && change.version() != last.version() + 1) {
                            // The commits in between have expired.
                            return found;
                        }
                        last = change.applyTo(last, entry.at(), entry.seq(), thresholdBytes(config));
                        found.put(last.version(), last);
                    }
                }
                seq = entry.seq();
            }
            left -= limit;
            if (!part.more()) {
                break;
            }
        }
        return found;
    }

    /**
     * Stores the versions that a batch of the entities table's stream reports. A repeated, late or differently divided
     * delivery changes no stored version and restores no deleted one. Cost: 1 WCU for each entity, and 1 WCU for each
     * KB of each version.
     *
     * @return empty if all versions are stored; otherwise the sequence number of the first record to deliver again
     */
    public Optional<String> record(List<ItemChange> batch) {
        Map<String, List<EntityChange>> byEntity = new LinkedHashMap<>();
        String unreadable = null;
        for (ItemChange item : batch) {
            try {
                HistoryStore.change(item).ifPresent(change -> byEntity.computeIfAbsent(
                                change.game() + "#" + change.after().space() + "#"
                                        + change.after().id(),
                                key -> new ArrayList<>())
                        .add(change));
            } catch (RuntimeException e) {
                LOG.errorf(e, "entity record %s cannot be read", item.sequence());
                unreadable = item.sequence();
                break;
            }
        }
        try {
            byEntity.values().forEach(this::recordEntity);
        } catch (RuntimeException e) {
            String first = batch.get(0).sequence();
            LOG.warnf(e, "entity batch of %d records from %s is to be delivered again", batch.size(), first);
            return Optional.of(first);
        }
        return Optional.ofNullable(unreadable);
    }

    private void recordEntity(List<EntityChange> changes) {
        EntityChange last = changes.get(changes.size() - 1);
        Entity after = last.after();
        Newest newest =
                versions.advance(last.game(), after.space(), after.id(), new Newest(after.version(), after.kept()));
        List<Entity> recorded = changes.stream()
                .flatMap(change -> versionsOf(change).stream())
                .filter(version -> newest.keeps(version.version()))
                .toList();
        List<Long> dropped = changes.stream()
                .flatMapToLong(HistoryService::dropped)
                .distinct()
                .boxed()
                .toList();
        versions.write(last.game(), after.space(), after.id(), recorded, dropped);
    }

    /** The versions that a commit made of an entity, in order. */
    private List<Entity> versionsOf(EntityChange change) {
        PackedJson steps = change.steps();
        List<Entity> made = new ArrayList<>();
        if (steps != null) {
            Entity at = change.before();
            Entity after = change.after();
            for (int i = 0; i < steps.value().size() - 1; i++) {
                Change step = Change.fromJson(steps.value().get(i));
                at = step.applyTo(at, after.at(), after.seq(), thresholdBytes(config));
                made.add(at);
            }
        }
        made.add(change.after());
        return made;
    }

    /** The versions that a commit removes from the history. */
    private static LongStream dropped(EntityChange change) {
        Entity before = change.before();
        Entity after = change.after();
        return LongStream.rangeClosed(
                before.version() - before.kept() + 1, Math.min(before.version(), after.version() - after.kept()));
    }
}
