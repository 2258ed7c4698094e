package dev.statecraft.testing.workload.migration;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.statecraft.migration.Laboratory;
import dev.statecraft.migration.run.Run;
import dev.statecraft.replication.log.Change;
import dev.statecraft.replication.log.LogEntry;
import dev.statecraft.replication.state.Entity;
import dev.statecraft.replication.state.PackedJson;
import dev.statecraft.testing.history.LogCheck;
import dev.statecraft.testing.history.LogCheck.Commit;
import dev.statecraft.testing.history.LogCheck.Made;
import dev.statecraft.testing.history.MigrationCheck.Rule;
import dev.statecraft.testing.history.Operation;
import dev.statecraft.testing.history.Violation;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Every version of every purse, from the log of its space. Decides whether each version follows from the one before:
 * from the request of a game server, or from the migration, its backup or its downgrade.
 */
final class PurseLog {

    private final PurseWriters writers;
    private final Map<String, Run> runs;
    private final Map<String, List<LogCheck.Entry>> entries = new TreeMap<>();
    private final List<Operation<Commit, List<Made>>> commitsOfRuns = new ArrayList<>();
    private final List<Made> madeByRuns = new ArrayList<>();
    private final Map<String, List<Entity>> backups = new TreeMap<>();
    private final Map<String, Entity> migrated = new TreeMap<>();
    private final Map<String, Set<String>> upgraded = new TreeMap<>();
    private final Map<String, Integer> ups = new TreeMap<>();
    private final Map<String, Integer> downs = new TreeMap<>();
    private final List<Violation> violations = new ArrayList<>();

    /** Reads the logs. */
    PurseLog(Laboratory lab, PurseWriters writers, Map<String, Run> runs) {
        this.writers = writers;
        this.runs = runs;
        for (String space : PurseWriters.spaces()) {
            read(space, lab.realm.log(space));
        }
    }

    private void read(String space, List<LogEntry> log) {
        Map<String, Entity> current = new TreeMap<>();
        List<LogCheck.Entry> all = new ArrayList<>();
        for (LogEntry entry : log) {
            List<Made> made = new ArrayList<>();
            for (Change change : entry.changes()) {
                String place = space + "/" + change.entityId();
                Entity before = current.getOrDefault(place, Entity.none(space, change.entityId()));
                Entity after = change.applyTo(before, entry.at(), entry.seq(), PackedJson.NEVER);
                current.put(place, after);
                if (after.deleted()) {
                    // An entity that is created again is another one.
                    backups.remove(place);
                }
                boolean byRun = writers.kind(change.by()) == PurseWriters.Kind.MIGRATE;
                made.add(new Made(place, change.version(), byRun ? change.by() + "#" + entry.seq() : change.by()));
                if (byRun) {
                    madeByRuns.add(new Made(place, change.version(), change.by()));
                    checkRun(place, before, after);
                } else {
                    checkRequest(place, before, after);
                }
                if (!after.deleted() && !PurseForms.fits(after.schemaVersion(), after.json())) {
                    add(Rule.M2_MIXED_STATE, place, before, after);
                }
            }
            all.add(new LogCheck.Entry(entry.seq(), made));
            String by = made.get(0).by();
            if (by.endsWith("#" + entry.seq())) {
                List<String> places = made.stream().map(Made::entity).toList();
                commitsOfRuns.add(Operation.unknown("run", 0, new Commit(space, by, true, places)));
            }
        }
        entries.put(space, all);
    }

    private void add(Rule rule, String place, Entity before, Entity after) {
        violations.add(new Violation(rule, place + ": " + text(before) + " -> " + text(after)));
    }

    private static String text(Entity entity) {
        return "version " + entity.version() + " in " + entity.schemaVersion() + " by " + entity.by() + " "
                + (entity.deleted() ? "deleted" : entity.json());
    }

    /** M3: a request changes what it asked for, on the state before it. */
    private void checkRequest(String place, Entity before, Entity after) {
        PurseWriters.Kind kind = writers.kind(after.by());
        if (kind == PurseWriters.Kind.DELETE ? !after.deleted() : after.deleted()) {
            add(Rule.M2_MISSING_RECORD, place, before, after);
        } else if (kind == PurseWriters.Kind.INCREMENT) {
            ObjectNode expected = before.schemaVersion().equals(PurseForms.OLD)
                            && after.schemaVersion().equals(PurseForms.NEW)
                    ? PurseForms.up(before.json())
                    : before.json();
            expected.put("coins", expected.path("coins").longValue() + 1);
            if (!PurseForms.same(expected, after.json())) {
                add(Rule.M2_MIXED_STATE, place, before, after);
            }
        } else if (kind == PurseWriters.Kind.REPAIR) {
            ObjectNode expected = before.json().put("hp", PurseForms.REPAIRED);
            if (!before.schemaVersion().equals(after.schemaVersion()) || !PurseForms.same(expected, after.json())) {
                add(Rule.M2_MIXED_STATE, place, before, after);
            }
        }
    }

    private void checkRun(String place, Entity before, Entity after) {
        String name = after.by().substring(after.by().indexOf(':') + 1);
        Run run = runs.get(name);
        boolean up = after.schemaVersion().equals(PurseForms.NEW);
        if (run == null
                || before.deleted()
                || after.deleted()
                || before.schemaVersion().equals(after.schemaVersion())) {
            add(Rule.M1_NOT_TRANSFORMED_ONCE, place, before, after);
        } else if (up) {
            ups.merge(name, 1, Integer::sum);
            upgraded.computeIfAbsent(name, key -> new TreeSet<>()).add(place);
            backups.computeIfAbsent(place, key -> new ArrayList<>()).add(before);
            migrated.put(place, after);
            if (!PurseForms.same(PurseForms.up(before.json()), after.json())) {
                add(Rule.M1_NOT_TRANSFORMED, place, before, after);
            }
        } else {
            downs.merge(name, 1, Integer::sum);
            checkDown(run, place, before, after);
        }
    }

    private void checkDown(Run run, String place, Entity before, Entity after) {
        List<Entity> kept = backups.getOrDefault(place, List.of());
        Entity last = migrated.get(place);
        if (run.order().mode() == Run.Mode.EXACT && !kept.isEmpty()) {
            // A purse that was deleted and created again has two backups; the first is from before the migration.
            if (kept.stream().noneMatch(backup -> PurseForms.same(backup.json(), after.json()))) {
                add(Rule.M4_NOT_RESTORED, place, before, after);
            }
        } else if (last != null && last.version() == before.version()) {
            if (!PurseForms.same(kept.get(kept.size() - 1).json(), after.json())) {
                add(Rule.M4_NOT_RESTORED, place, before, after);
            }
        } else if (!PurseForms.same(PurseForms.down(before.json()), after.json())) {
            add(Rule.M4_NOT_DOWNGRADED, place, before, after);
        }
    }

    /** The logs, in which each commit of a run has its own name. */
    Map<String, List<LogCheck.Entry>> entries() {
        return entries;
    }

    /** The commits of runs. */
    List<Operation<Commit, List<Made>>> commitsOfRuns() {
        return commitsOfRuns;
    }

    /** The versions that runs made. */
    List<Made> madeByRuns() {
        return madeByRuns;
    }

    /** Number of records that a run upgraded. */
    long ups(String run) {
        return ups.getOrDefault(run, 0);
    }

    /** The records that a run upgraded. */
    Set<String> upgraded(String run) {
        return upgraded.getOrDefault(run, Set.of());
    }

    /** Number of records that a run restored or downgraded. */
    long downs(String run) {
        return downs.getOrDefault(run, 0);
    }

    /** What does not follow. */
    List<Violation> violations() {
        return violations;
    }
}
