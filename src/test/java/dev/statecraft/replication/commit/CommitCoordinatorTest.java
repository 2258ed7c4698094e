package dev.statecraft.replication.commit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.statecraft.combining.CombiningConfig;
import dev.statecraft.combining.CombiningQueue;
import dev.statecraft.combining.IntentStore;
import dev.statecraft.replication.Realm;
import dev.statecraft.replication.command.Mutation;
import dev.statecraft.replication.commit.CommitCoordinator.CommitSpace;
import dev.statecraft.replication.commit.CommitCoordinator.CommitTarget;
import dev.statecraft.replication.commit.CommitCoordinator.Plan;
import dev.statecraft.replication.commit.CommitSnapshot.Reads;
import dev.statecraft.replication.commit.CommitStore.CompanionRejected;
import dev.statecraft.replication.commit.CommitStore.Outcome;
import dev.statecraft.replication.commit.CommitStore.SnapshotOutdated;
import dev.statecraft.replication.commit.CommitStore.WriteConflict;
import dev.statecraft.replication.commit.CommitStore.Written;
import dev.statecraft.replication.log.LogEntry;
import dev.statecraft.replication.merge.Conflict;
import dev.statecraft.replication.session.MessageStore;
import dev.statecraft.replication.state.MutationReceipt;
import dev.statecraft.replication.state.PackedJson;
import dev.statecraft.replication.state.ReplicationConfig;
import dev.statecraft.replication.state.Space;
import dev.statecraft.replication.state.Strategy;
import dev.statecraft.runtime.Threads;
import dev.statecraft.runtime.Ticker;
import dev.statecraft.table.Counters;
import dev.statecraft.table.TableNames;
import dev.statecraft.testing.Machine;
import dev.statecraft.testing.dynamo.ModelDatabase;
import io.quarkus.runtime.configuration.DurationConverter;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

/** What the coordinator does with each outcome of a write, in a space without other writers. */
class CommitCoordinatorTest {

    private static final long ATTEMPT_NANOS = 10_000_000;
    private static final CommitTarget TARGET =
            new CommitTarget(new CommitSpace("g", "s"), new Reads(Set.of("e"), Map.of()), null);

    private final ReplicationConfig config = new SmallRyeConfigBuilder()
            .withConverter(Duration.class, 200, new DurationConverter())
            .withMapping(ReplicationConfig.class)
            .build()
            .getConfigMapping(ReplicationConfig.class);
    private final List<Long> pauses = new ArrayList<>();
    private final Deque<Outcome> outcomes = new ArrayDeque<>();
    private final List<Long> seqs = new ArrayList<>();
    private final RecentCommits recent = new RecentCommits();
    private final Counters counters = new Counters();
    private final CommitCoordinator coordinator = coordinator();

    private CommitCoordinator coordinator() {
        Ticker ticker = new Ticker() {
            private long now;

            @Override
            public long nanos() {
                now += ATTEMPT_NANOS;
                return now;
            }

            @Override
            public void sleep(long nanos) {
                pauses.add(nanos);
            }
        };
        RandomGenerator longest = new RandomGenerator() {
            @Override
            public long nextLong() {
                return 0;
            }

            @Override
            public long nextLong(long bound) {
                return bound - 1;
            }
        };
        ModelDatabase database = new ModelDatabase();
        Machine machine = new Machine(Clock.systemUTC(), ticker, longest, Threads.system());
        TableNames tables = database.freshTables();
        CommitStore commits = new CommitStore(
                database.client(),
                tables,
                machine.batches(database.client()),
                new MessageStore(
                        database.client(), tables, machine.batches(database.client()), Realm.sessions(Map.of())),
                config);
        CombiningConfig combining = Realm.combining(Map.of());
        CombiningQueue queue = new CombiningQueue(
                new IntentStore(database.client(), tables, combining), combining, machine.clock(), ticker, longest);
        return new CommitCoordinator(commits, recent, counters, config, queue, machine.backoff(), machine.threads());
    }

    private Plan<String> plan(CommitSnapshot snapshot) {
        CommitDraft draft = new CommitDraft(
                new CommitSnapshot(snapshot.space(), Map.of()),
                5,
                "epoch",
                new CommitDraft.Settings(
                        CommitDraft.MAX_ENTITIES,
                        PackedJson.NEVER,
                        new MutationReceipt.Retention(1, 1, Duration.ZERO),
                        false,
                        null));
        draft.add(new Mutation(
                "e",
                null,
                "body",
                entity -> new Mutation.Write(
                        "T",
                        JsonNodeFactory.instance.objectNode(),
                        "1.0.0",
                        null,
                        "by",
                        Strategy.MERGE,
                        List.of(new Conflict("a", null, null, null, null, null)),
                        1)));
        seqs.add(draft.after().seq());
        return new Plan<>(draft, outcomes::remove, () -> "done");
    }

    private Optional<String> commit(Outcome... writes) {
        outcomes.addAll(List.of(writes));
        return coordinator.commit(TARGET, this::plan, () -> "busy");
    }

    @Test
    void writtenCommitIsCachedAndItsConflictsAreCounted() {
        assertEquals(Optional.of("done"), commit(new Written()));
        assertEquals(
                List.of(1L),
                recent.after("g", "s", "", 0).stream().map(LogEntry::seq).toList());
        assertEquals(Map.of(Counters.CONFLICTS, 1L), counters.take());
        assertEquals(List.of(), pauses);
        assertFalse(coordinator.isBusy(TARGET.space()));
    }

    private static Outcome outdated(Space newer) {
        return new SnapshotOutdated(List.of(new CommitSnapshot(newer, Map.of())), Set.of("s"));
    }

    @Test
    void lostRaceLeadsIntoTheQueueWhereAnOutdatedSnapshotIsReplacedWithoutARead() {
        Space newer =
                new Space("s", "epoch", 8, 1, 0, 0, 3, 0, 0, Space.empty("s").checksum());
        assertEquals(Optional.of("done"), commit(new WriteConflict(), outdated(newer), new Written()));
        assertEquals(List.of(1L, 1L, 9L), seqs);
        assertEquals(List.of(), pauses);
        assertEquals(Map.of(Counters.CONFLICTS, 1L, Counters.COMMIT_RETRIES, 2L), counters.take());
        assertTrue(coordinator.isBusy(TARGET.space()));
    }

    @Test
    void pausesGrowWithCollisionsInTurn() {
        assertEquals(
                Optional.of("done"),
                commit(
                        new WriteConflict(),
                        new WriteConflict(),
                        new WriteConflict(),
                        new WriteConflict(),
                        new Written()));
        assertEquals(List.of(2_500_000L, 5_000_000L, 10_000_000L), pauses);
    }

    @Test
    void attemptsAreLimited() {
        Outcome[] lost = new Outcome[config.commitAttempts()];
        for (int i = 0; i < lost.length; i++) {
            lost[i] = new WriteConflict();
        }
        assertEquals(Optional.of("busy"), commit(lost));
        assertTrue(outcomes.isEmpty());
        assertEquals(List.of(), recent.after("g", "s", "", 0));
    }

    @Test
    void rejectedCompanionEndsTheCommit() {
        assertEquals(Optional.empty(), commit(new CompanionRejected()));
        assertEquals(Map.of(), counters.take());
        assertEquals(
                Optional.of("nothing"),
                coordinator.commit(TARGET, snapshot -> Plan.withoutWrite(() -> "nothing"), () -> "busy"));
    }
}
