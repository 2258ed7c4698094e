package dev.statecraft.migration.segment;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.statecraft.migration.definition.Definition;
import dev.statecraft.migration.definition.MigrationConfig;
import dev.statecraft.migration.definition.MigrationTarget;
import dev.statecraft.migration.record.RecordCommitService;
import dev.statecraft.migration.run.InvariantSums;
import dev.statecraft.migration.run.QuarantineStore;
import dev.statecraft.migration.run.Quarantined;
import dev.statecraft.migration.run.Run;
import dev.statecraft.migration.run.Segment;
import dev.statecraft.migration.run.SegmentStore;
import dev.statecraft.replication.command.Mutation;
import dev.statecraft.replication.command.Rejection;
import dev.statecraft.replication.commit.CommitPlanner;
import dev.statecraft.replication.commit.CommitResult;
import dev.statecraft.replication.commit.CommitResult.Done;
import dev.statecraft.replication.commit.CommitResult.Refused;
import dev.statecraft.replication.commit.CommitService;
import dev.statecraft.replication.state.Entity;
import dev.statecraft.replication.state.EntityKey;
import dev.statecraft.replication.type.EntityType;
import dev.statecraft.replication.type.EntityTypeService;
import dev.statecraft.table.Backoff;
import dev.statecraft.table.CapacityUsage;
import dev.statecraft.table.TransactionWrites;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Processes a page of records. Each record is evaluated against its current state. The records of one space are written
 * in one commit, whose transaction also stores their backups, counts them, and is rejected if the lease was taken over.
 * So a record is either unchanged, or migrated, backed up and counted. A repeated page finds the records that are left.
 */
@ApplicationScoped
public class PageService {

    private static final long FIRST_PAUSE_MILLIS = 25;

    private static final long COMMITS_PER_PAGE = 100_000;
    private final RecordCommitService commits;
    private final EntityTypeService types;
    private final SegmentStore segments;
    private final QuarantineStore quarantine;
    private final BackupStore backups;
    private final MigrationConfig config;
    private final Backoff backoff;

    public PageService(
            RecordCommitService commits,
            EntityTypeService types,
            SegmentStore segments,
            QuarantineStore quarantine,
            BackupStore backups,
            MigrationConfig config,
            Backoff backoff) {
        this.commits = commits;
        this.types = types;
        this.segments = segments;
        this.quarantine = quarantine;
        this.backups = backups;
        this.config = config;
        this.backoff = backoff;
    }

    /**
     * The lease under which a page is processed.
     *
     * @param lease segment whose lease the worker holds
     * @param timeLeft checked before each record; records that are not started in time are left for the next page
     * @param consumption sums the consumed capacity units
     */
    public record Job(String game, Run run, Segment lease, BooleanSupplier timeLeft, CapacityUsage consumption) {}

    /** Migrates records. If {@code verified}, the rules of records that were migrated before are checked again. */
    public PageOutcome upgrade(Job job, RecordUpgrade upgrade, List<EntityKey> keys, boolean verified) {
        return upgrade(job, upgrade, upgrade::of, keys, verified);
    }

    /**
     * Migrates records with the results of {@code upgraded}. A result that violates the guards or the schema of the entity
     * type, as it is configured now, fails as one that violates a rule of the migration.
     */
    public PageOutcome upgrade(
            Job job,
            RecordUpgrade upgrade,
            Function<Entity, RecordUpgrade.Outcome> upgraded,
            List<EntityKey> keys,
            boolean verified) {
        Attempt attempt = new Attempt(job, job.run().keepsBackup());
        Definition definition =
                upgrade.chain().steps().get(upgrade.chain().steps().size() - 1);
        attempt.decide = entity -> {
            RecordUpgrade.Outcome outcome = upgraded.apply(entity);
            if (!(outcome instanceof RecordUpgrade.Upgraded result)) {
                return new Mutation.Reject(RecordUpgrade.rejection(outcome));
            }
            Optional<String> violation = attempt.type.violation(result.state());
            if (violation.isPresent()) {
                return new Mutation.Reject(new Rejection.Invalid("state", violation.get()));
            }
            attempt.sums.put(entity.id(), result.sums());
            return attempt.write(entity, result.state(), job.run().schemas().after());
        };
        if (verified) {
            attempt.verify = entity -> entity.by().equals(job.run().signature())
                    ? upgrade.violation(definition, entity).orElse(null)
                    : null;
        }
        return attempt.page(keys);
    }

    /** Downgrades records that still have the schema version of the migration, with the results of {@code downgraded}. */
    public PageOutcome downgrade(Job job, Function<Entity, RecordDowngrade.Outcome> downgraded, List<EntityKey> keys) {
        Attempt attempt = new Attempt(job, storesBackupInRollback(job.run()));
        attempt.decide = entity -> decision(attempt, entity, downgraded.apply(entity));
        return attempt.page(keys);
    }

    /** Restores records from their backup. */
    PageOutcome restore(Job job, Function<Entity, RecordDowngrade> downgrade, BackupStore.Part part) {
        Map<String, BackupRecord> stored = new HashMap<>();
        List<EntityKey> keys = new ArrayList<>();
        part.records().forEach(record -> {
            stored.put(record.id(), record);
            keys.add(new EntityKey(part.space(), record.id()));
        });
        Attempt attempt = new Attempt(job, storesBackupInRollback(job.run()));
        attempt.decide = entity -> {
            BackupRecord record = stored.get(entity.id());
            // An entity that was created after the backup is another one: it has no state to restore.
            return record == null || entity.createdSeq() > part.seq()
                    ? new Mutation.Reject(new Rejection.NotFound())
                    : decision(attempt, entity, downgrade.apply(entity).restored(entity, record));
        };
        return attempt.page(keys);
    }

    /** Whether a rollback stores a backup. A rollback with mode EXACT overwrites later writes, so it stores them. */
    private static boolean storesBackupInRollback(Run run) {
        return run.keepsBackup() && run.direction() == Run.Direction.DOWN;
    }

    private static Mutation.Decision decision(Attempt attempt, Entity entity, RecordDowngrade.Outcome outcome) {
        return outcome instanceof RecordDowngrade.Downgraded result
                ? attempt.write(entity, result.state(), result.schemaVersion())
                : new Mutation.Reject(RecordDowngrade.rejection(outcome));
    }

    /** The processing of one page. */
    private final class Attempt {

        private final Job job;
        private final boolean keeps;
        private final EntityType type;
        private QuarantinedPage quarantined = QuarantinedPage.NONE;
        private final Map<String, InvariantSums> sums = new HashMap<>();
        private Function<Entity, Mutation.Decision> decide = entity -> new Mutation.Reject(new Rejection.NotFound());
        private Function<Entity, @Nullable String> verify = entity -> null;
        private final List<Quarantined> failed = new ArrayList<>();
        private long done;
        private long current;
        private int attempts;
        private int written;
        private boolean lost;
        private @Nullable String violation;

        private Attempt(Job job, boolean keeps) {
            this.job = job;
            this.keeps = keeps;
            this.type = types.find(job.game(), job.run().entityType());
        }

        private Mutation.Decision write(Entity entity, ObjectNode state, String schemaVersion) {
            return new Mutation.Write(
                    entity.type(),
                    state,
                    schemaVersion,
                    entity.owner(),
                    job.run().signature(),
                    null,
                    List.of(),
                    types.historyLimit(type));
        }

        private PageOutcome page(List<EntityKey> keys) {
            quarantined = QuarantinedPage.of(
                    job.run(),
                    job.lease(),
                    keys,
                    some -> quarantine.find(job.game(), job.run().id(), some));
            int most = quarantined.mostPerCommit(keys.size());
            int handled = 0;
            while (handled < keys.size() && !lost) {
                String space = keys.get(handled).space();
                int end = handled;
                while (end < Math.min(keys.size(), handled + most)
                        && keys.get(end).space().equals(space)) {
                    end++;
                }
                int processed = group(space, keys.subList(handled, end));
                handled += processed;
                if (handled < end) {
                    break;
                }
            }
            return new PageOutcome(
                    handled,
                    done,
                    current,
                    failed,
                    quarantined.records(),
                    quarantined.repaired(),
                    attempts,
                    lost,
                    violation);
        }

        /** Processes records of one space. Returns how many of them, from the first, were processed. */
        private int group(String space, List<EntityKey> keys) {
            List<EntityKey> open = keys;
            int handled = keys.size();
            Map<String, Quarantined> failing = new HashMap<>();
            for (int attempt = 1; !open.isEmpty() && attempt <= Math.max(1, config.maxMigrationAttempts()); attempt++) {
                if (attempt > 1 && job.timeLeft().getAsBoolean()) {
                    backoff.pauseBefore(attempt - 1, FIRST_PAUSE_MILLIS);
                }
                attempts = Math.max(attempts, attempt);
                CommitService.CompanionResults accompanied = commit(space, open, attempt == 1);
                List<EntityKey> again = new ArrayList<>();
                int answered = 0;
                for (CommitResult result : accompanied.results()) {
                    EntityKey key = open.get(answered);
                    if (isPostponed(result)) {
                        break;
                    }
                    answered++;
                    String reason = counted(result);
                    if (reason != null) {
                        again.add(key);
                        failing.put(key.id(), new Quarantined(key.id(), space, version(result), reason, attempt));
                    } else {
                        failing.remove(key.id());
                    }
                }
                if (!accompanied.complete()) {
                    lost = true;
                    return 0;
                }
                if (attempt == 1) {
                    handled = answered;
                }
                open = again;
            }
            failed.addAll(failing.values());
            return handled;
        }

        /** Counts the result of a record. Returns the reason if the record failed, or null. */
        private @Nullable String counted(CommitResult result) {
            if (result instanceof Done) {
                done++;
                return null;
            }
            Refused refused = (Refused) result;
            if (refused.rejection() instanceof Rejection.Exists) {
                current++;
                quarantined.foundCurrent(refused.current().place());
                String wrong = verify.apply(refused.current());
                violation = violation == null && wrong != null
                        ? refused.current().space() + "/" + refused.current().id() + ": " + wrong
                        : violation;
                return null;
            }
            if (refused.rejection() instanceof Rejection.Invalid invalid) {
                // Metadata that is not an object was never migrated, so it is not rolled back.
                return job.run().isRollingBack() && refused.current().deleted() ? null : invalid.detail();
            }
            return refused.rejection() instanceof Rejection.TooLarge tooLarge ? tooLarge.detail() : null;
        }

        private CommitService.CompanionResults commit(String space, List<EntityKey> keys, boolean bounded) {
            boolean[] started = new boolean[1];
            Function<Entity, Mutation.Decision> timed = entity -> {
                // A page processes at least one record, so that every page makes progress.
                if (bounded && started[0] && !job.timeLeft().getAsBoolean()) {
                    return new Mutation.Reject(new Rejection.Stale());
                }
                started[0] = true;
                return entity.deleted() || !MigrationTarget.covers(job.run().entityType(), entity.type())
                        ? new Mutation.Reject(new Rejection.NotFound())
                        : decide.apply(entity);
            };
            return commits.commit(
                    job.game(),
                    job.run().entityType(),
                    space,
                    keys.stream()
                            .map(key -> new Mutation(key.id(), null, "", timed))
                            .toList(),
                    new CommitPlanner.Companion(keeps, this::along, job.consumption()));
        }

        private TransactionWrites along(CommitPlanner.PlannedCommit commit) {
            List<Entity> before = commit.entities().stream()
                    .map(CommitPlanner.Replaced::before)
                    .toList();
            InvariantSums all = InvariantSums.NONE;
            for (Entity entity : before) {
                all = all.plus(sums.getOrDefault(entity.id(), InvariantSums.NONE));
            }
            TransactionWrites stored = keeps
                    ? backups.keeping(
                            job.game(), job.run().id(), job.lease().number(), commit.space(), position(commit), before)
                    : TransactionWrites.NONE;
            List<EntityKey> repaired = quarantined.migrated(before);
            return segments.counting(
                    job.game(), job.lease(), job.run().undoing(), before.size(), repaired, all, stored);
        }

        /**
         * The position of a commit among the backups of its space. Entries of a board have no commits; there it follows from
         * the revision of the segment, which every commit and every lease increases.
         */
        private long position(CommitPlanner.PlannedCommit commit) {
            return MigrationTarget.isMetadata(job.run().entityType())
                    ? job.lease().revision() * COMMITS_PER_PAGE + ++written
                    : commit.seq();
        }

        private static boolean isPostponed(CommitResult result) {
            return result instanceof CommitResult.Busy
                    || (result instanceof Refused refused && refused.rejection() instanceof Rejection.Stale);
        }

        private static long version(CommitResult result) {
            return result instanceof Refused refused ? refused.current().version() : 0;
        }
    }
}
