package dev.statecraft.replication.log;

import dev.statecraft.replication.log.HistoryStore.EntityChange;
import dev.statecraft.replication.log.HistoryStore.Newest;
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
 * The kept versions of entities. The stream of the entities records them, a moment after they were made; a version that
 * is read before that is worked out from the log, so readers never notice.
 */
@ApplicationScoped
public class HistoryService {

    private static final Logger LOG = Logger.getLogger(HistoryService.class);

    /** Log entries gone through to work out versions: what a busy space commits while the stream is behind. */
    private static final int MOST_ENTRIES = 5_000;

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
     * An entity at one of its versions.
     *
     * @param current the entity as it is now; its own version costs nothing, another 1 RCU, or a query of the log
     * @return nothing if there is no such version, it is not kept, or it is not known any more
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
                : Optional.ofNullable(workedOut(game, current, version).get(version));
    }

    /** Some versions, the newest first, and the version to go on below; 0 at the end. */
    public record VersionPage(List<Entity> versions, long next) {}

    /**
     * Lists the kept versions of an entity.
     *
     * @param below only versions below this one
     * @param limit how many at most; fewer, at least one, where their states would be more than {@code answer-bytes}
     */
    public VersionPage list(String game, Entity current, long below, int limit) {
        long newest = Math.min(below - 1, current.version());
        long oldest = Math.max(1, current.version() - Math.max(1, current.kept()) + 1);
        if (newest < oldest || newest < 1) {
            return new VersionPage(List.of(), 0);
        }
        NavigableMap<Long, Entity> found = new TreeMap<>();
        List<Entity> recorded = versions.upTo(game, current.space(), current.id(), newest, limit);
        recorded.forEach(version -> found.put(version.version(), version));
        long known = recorded.isEmpty() ? 0 : recorded.get(0).version();
        if (known < newest && newest < current.version()) {
            found.putAll(workedOut(game, current, newest));
        } else if (known < newest) {
            found.putAll(workedOut(game, current, newest - 1));
        }
        if (newest == current.version()) {
            found.put(newest, current);
        }
        AnswerBudget budget = new AnswerBudget(config.answerBytes());
        List<Entity> page = found.subMap(oldest, true, newest, true).descendingMap().values().stream()
                .limit(limit)
                .takeWhile(version -> budget.take(size(version)))
                .toList();
        long last = page.isEmpty() ? 0 : page.get(page.size() - 1).version();
        return new VersionPage(page, last > oldest ? last : 0);
    }

    private static long size(Entity version) {
        PackedJson conflicts = version.conflicts();
        return AnswerBudget.sizeBytes(version) + (conflicts == null ? 0L : conflicts.plainBytes());
    }

    /** The last version recorded, and those after it from the log; up to {@code version}, as far as they can be worked out. */
    private NavigableMap<Long, Entity> workedOut(String game, Entity current, long version) {
        NavigableMap<Long, Entity> found = new TreeMap<>();
        Entity last = versions.upTo(game, current.space(), current.id(), version, 1).stream()
                .findFirst()
                .orElseGet(() -> Entity.none(current.space(), current.id()));
        if (last.version() > 0) {
            // It may have been recorded since it was looked for.
            found.put(last.version(), last);
        }
        // The commit of the last recorded version may have made later ones as well.
        long seq = Math.max(0, (last.version() == 0 ? current.createdSeq() : last.seq()) - 1);
        int left = MOST_ENTRIES;
        while (last.version() < version && seq < current.seq() && left > 0) {
            LogStore.LogPart part = log.after(game, current.space(), seq, LOG_PAGE);
            for (LogEntry entry : part.entries()) {
                for (Change change : entry.changes()) {
                    if (change.entityId().equals(current.id())
                            && change.version() > last.version()
                            && change.version() <= version) {
                        if (change.kind() == Change.Kind.STEP && change.version() != last.version() + 1) {
                            // What lies between has expired.
                            return found;
                        }
                        last = change.applyTo(last, entry.at(), entry.seq(), thresholdBytes(config));
                        found.put(last.version(), last);
                    }
                }
                seq = entry.seq();
            }
            left -= LOG_PAGE;
            if (!part.more()) {
                break;
            }
        }
        return found;
    }

    /**
     * Records what a batch of the entities' stream tells of. Delivered again, late, or cut differently, it changes
     * nothing that was recorded and brings nothing back that was dropped. 1 WCU an entity, and 1 for each version and
     * KB.
     *
     * @return nothing if all is recorded; otherwise the sequence number of the first record to deliver again
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

    /** The versions a change made, in order. */
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

    /** The versions that were kept before a change and are not any more. */
    private static LongStream dropped(EntityChange change) {
        Entity before = change.before();
        Entity after = change.after();
        return LongStream.rangeClosed(
                before.version() - before.kept() + 1, Math.min(before.version(), after.version() - after.kept()));
    }
}
