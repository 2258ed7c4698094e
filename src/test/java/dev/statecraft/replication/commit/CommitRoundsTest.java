package dev.statecraft.replication.commit;

import static dev.statecraft.replication.Realm.GAME;
import static dev.statecraft.replication.Realm.SERVER;
import static dev.statecraft.replication.Realm.SPACE;
import static dev.statecraft.replication.Realm.done;
import static dev.statecraft.replication.Realm.json;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.statecraft.combining.Intent;
import dev.statecraft.combining.Round;
import dev.statecraft.combining.Round.Combined;
import dev.statecraft.combining.Round.QueueWrite;
import dev.statecraft.replication.Realm;
import dev.statecraft.replication.command.Command;
import dev.statecraft.replication.command.EntityUpdate;
import dev.statecraft.replication.command.IdempotencyKey;
import dev.statecraft.replication.command.Mutation;
import dev.statecraft.replication.commit.CommitCoordinator.CommitSpace;
import dev.statecraft.replication.state.PackedJson;
import dev.statecraft.replication.state.Strategy;
import dev.statecraft.table.TransactionWrites;
import dev.statecraft.testing.Machine;
import dev.statecraft.testing.dynamo.ModelDatabase;
import dev.statecraft.testing.fault.AwsOperation;
import dev.statecraft.testing.fault.FaultKind;
import dev.statecraft.testing.fault.FaultPlan;
import dev.statecraft.testing.fault.FaultyDynamo;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What one round does with the requests that wait: which commands it applies, and which it returns. */
class CommitRoundsTest {

    private static final String INCREMENT = "{'increment': {'n': 1}}";

    private final ModelDatabase database = new ModelDatabase();
    private final FaultyDynamo faults = new FaultyDynamo();
    private final Realm realm = new Realm(
            Machine.real(),
            database.client(List.of(faults)),
            database::streams,
            database.freshTables(),
            Map.of("type-cache", "PT1H"));
    private final List<ByteBuffer> outcomes = new ArrayList<>();
    private final Random random = new Random(1);
    private int stateWritesAlone;

    private Mutation increment(String entity) {
        return increment(entity, null);
    }

    private Mutation increment(String entity, @Nullable String id) {
        return realm.entities.mutation(
                GAME, entity, Realm.operations(INCREMENT), SERVER, new IdempotencyKey(id, INCREMENT));
    }

    private Mutation command(String entity, Command command) {
        return realm.decider.mutation(GAME, entity, new IdempotencyKey(null, ""), command);
    }

    private Mutation update(String entity, @Nullable Long base, @Nullable Long required, @Nullable Strategy strategy) {
        EntityUpdate.Edit edit = Realm.operations(INCREMENT).edit();
        return command(
                entity, new Command.Update(new EntityUpdate(edit, base, required, new TreeMap<>(), strategy), SERVER));
    }

    private static ByteBuffer packed(boolean atomic, Mutation... mutations) {
        return CommandIntents.pack(List.of(mutations), atomic, PackedJson.NEVER).orElseThrow();
    }

    private static ByteBuffer each(Mutation... mutations) {
        return packed(false, mutations);
    }

    private static ByteBuffer all(Mutation... mutations) {
        return packed(true, mutations);
    }

    /** The versions that a round of requests makes; 0 for a command that is returned. */
    private List<List<Long>> round(ByteBuffer... requests) {
        List<Intent> intents = new ArrayList<>();
        for (ByteBuffer request : requests) {
            intents.add(new Intent(intents.size() + 1L, 1, intents.size(), request));
        }
        outcomes.clear();
        Round.RoundResult<List<Optional<CommitResult>>> result = realm.rounds.combine(
                new CommitSpace(GAME, SPACE),
                intents,
                new QueueWrite(
                        made -> {
                            outcomes.clear();
                            outcomes.addAll(made);
                            return TransactionWrites.NONE;
                        },
                        made -> {
                            stateWritesAlone++;
                            return outcomes.addAll(made) || made.isEmpty();
                        }));
        if (!(result instanceof Combined<List<Optional<CommitResult>>> combined)) {
            throw new AssertionError("lost the race");
        }
        List<List<Long>> versions = combined.results().stream()
                .map(request -> request.stream()
                        .map(one -> one.map(made -> done(made).version()).orElse(0L))
                        .toList())
                .toList();
        assertEquals(
                versions,
                outcomes.stream().map(CommandIntents::unpackVersions).toList(),
                "the others read the same outcome");
        return versions;
    }

    private void create(String... ids) {
        for (String id : ids) {
            done(realm.create(id, "UI_STATE", "{'n': 0}"));
        }
    }

    private long n(String id) {
        return realm.read(id).json().get("n").longValue();
    }

    @Test
    void requestsAreAppliedInOrderInOneCommit() {
        create("a", "b");
        long seq = realm.head().seq();
        assertEquals(
                List.of(List.of(2L), List.of(3L, 2L), List.of(4L)),
                round(each(increment("a")), each(increment("a"), increment("b")), all(increment("a"))));
        assertEquals(seq + 1, realm.head().seq());
        assertEquals(3, n("a"));
        assertEquals(1, n("b"));
    }

    @Test
    void everyKindOfCommandIsApplied() {
        create("a", "b");
        assertEquals(
                List.of(List.of(1L, 2L, 2L, 3L)),
                round(each(
                        command("new", new Command.Create("UI_STATE", json("{'n': 5}"), "p", SERVER)),
                        command("a", new Command.Delete(1L, null, SERVER)),
                        increment("b"),
                        command("b", new Command.Revert(1, null, SERVER)))));
        assertEquals(5, n("new"));
        assertTrue(realm.read("a").deleted());
        assertEquals(0, n("b"));
    }

    @Test
    void rejectedCommandIsReturnedAndTheOthersOfTheRequestAreApplied() {
        create("a", "b");
        assertEquals(
                List.of(List.of(2L, 0L, 2L), List.of(3L)),
                round(each(increment("a"), increment("missing"), increment("b")), each(increment("a"))));
    }

    @Test
    void atomicRequestIsReturnedAsAWhole() {
        create("a", "b");
        assertEquals(
                List.of(List.of(2L), List.of(), List.of(3L, 4L)),
                round(
                        each(increment("a")),
                        all(increment("a"), increment("missing"), increment("b")),
                        all(increment("a"), increment("a"))));
        assertEquals(3, n("a"));
        assertEquals(0, n("b"));
    }

    @Test
    void laterCommandsForAnEntityAreReturnedWithAReturnedOne() {
        create("a", "b");
        assertEquals(
                List.of(List.of(2L, 0L, 0L, 2L), List.of(3L)),
                round(
                        each(increment("a"), update("a", null, 9L, null), increment("a"), increment("b")),
                        each(increment("a"))));
    }

    @Test
    void repeatedAndReusedIdsAreReturned() {
        create("a");
        assertEquals(List.of(List.of(2L)), round(each(increment("a", "m1"))));
        Mutation reused = realm.entities.mutation(
                GAME, "a", Realm.operations("{'set': {'n': 9}}"), SERVER, new IdempotencyKey("m1", "other"));
        assertEquals(
                List.of(List.of(0L), List.of(0L), List.of(3L)),
                round(each(increment("a", "m1")), each(reused), each(increment("a", "m2"))));
        assertEquals(2, n("a"));
    }

    @Test
    void duplicatesInOneRoundAreAppliedOnce() {
        create("a");
        assertEquals(List.of(List.of(2L), List.of(0L)), round(each(increment("a", "m1")), each(increment("a", "m1"))));
        assertEquals(1, n("a"));
    }

    /** Only the instance of the request has the arguments to park it. */
    @Test
    void manualUpdateIsReturned() {
        create("a");
        assertEquals(
                List.of(List.of(0L), List.of(2L)),
                round(each(update("a", 1L, null, Strategy.MANUAL)), each(increment("a"))));
    }

    @Test
    void commandThatCannotBeEvaluatedIsReturned() {
        create("a", "b");
        done(realm.update("a", INCREMENT, null));
        faults.plan(FaultPlan.NONE.with(FaultKind.FAIL_BEFORE_SEND, 1, AwsOperation.GET_ITEM));
        List<List<Long>> versions =
                round(each(update("a", 1L, null, null), increment("b")), all(update("a", 1L, null, null)));
        faults.heal();
        assertEquals(List.of(List.of(0L, 2L), List.of()), versions);
    }

    @Test
    void unreadableRequestsAreReturnedAsAWhole() {
        create("a");
        ByteBuffer later = stored(json("{'f': 2, 'a': false, 'm': []}"));
        assertEquals(
                List.of(List.of(), List.of(2L), List.of(), List.of()),
                round(later, each(increment("a")), ByteBuffer.wrap(new byte[] {9, 9}), ByteBuffer.allocate(0)));
    }

    @Test
    void requestsWithUnknownFieldsAreReturned() {
        create("a");
        ObjectNode known =
                (ObjectNode) PackedJson.stored(each(increment("a")).array()).value();
        ObjectNode request = known.deepCopy().put("later", 1);
        ObjectNode command = known.deepCopy();
        ((ObjectNode) command.get("m").get(0)).put("later", 1);
        ObjectNode noEntity = known.deepCopy();
        ((ObjectNode) noEntity.get("m").get(0)).put("i", "");
        assertEquals(
                List.of(List.of(), List.of(), List.of(), List.of(2L)),
                round(stored(request), stored(command), stored(noEntity), stored(known)));
    }

    private static ByteBuffer stored(ObjectNode request) {
        return ByteBuffer.wrap(PackedJson.of(request, PackedJson.NEVER).bytes());
    }

    @Test
    void roundThatAppliesNothingWritesOnlyTheState() {
        create("a");
        long seq = realm.head().seq();
        assertEquals(List.of(List.of(0L)), round(each(increment("missing"))));
        assertEquals(1, stateWritesAlone);
        assertEquals(seq, realm.head().seq());
    }

    private Mutation[] many(String name, int count) {
        return IntStream.range(0, count)
                .mapToObj(i -> command(name + i, new Command.Create("UI_STATE", json("{'n': 0}"), null, SERVER)))
                .toArray(Mutation[]::new);
    }

    @Test
    void requestWhoseEntitiesDoNotFitWaitsForTheNextRound() {
        create("a");
        List<List<Long>> versions =
                round(each(many("x", 60)), all(many("y", 37)), each(increment("a")), each(increment("a")));
        assertEquals(List.of(60, 37), versions.stream().map(List::size).toList());
        assertEquals(1, realm.read("a").version());
        assertEquals(98, realm.head().entities());
    }

    @Test
    void requestWithTooManyEntitiesForACombinedCommitIsReturned() {
        create("a");
        assertEquals(List.of(List.of(), List.of(2L)), round(each(many("x", 98)), each(increment("a"))));
        assertEquals(1, realm.head().entities());
    }

    /** Nobody else can apply such a request, so it must not stay first. */
    @Test
    void requestWhoseChangesDoNotFitAnyCommitIsReturnedAlone() {
        create("a");
        ByteBuffer request = each(big("x"), big("y"), big("z"));
        assertEquals(List.of(List.of()), round(request, each(increment("a"))));
        assertEquals(1, stateWritesAlone);
        assertEquals(List.of(List.of(2L)), round(each(increment("a"))));
    }

    /** A state of about 160 KB when it is compressed. */
    private ObjectNode noise() {
        StringBuilder noise = new StringBuilder();
        while (noise.length() < 250_000) {
            noise.append(Long.toString(random.nextLong(Long.MAX_VALUE), 36));
        }
        return json("{'noise': '" + noise + "'}");
    }

    private Mutation big(String entity) {
        return command(entity, new Command.Create("UI_STATE", noise(), null, SERVER));
    }

    /** A log entry has at most 400 KB. */
    @Test
    void requestWhoseChangesDoNotFitWaitsForTheNextRound() {
        assertEquals(List.of(List.of(1L), List.of(1L)), round(each(big("x")), each(big("y")), each(big("z"))));
        assertEquals(2, realm.head().entities());
    }

    @Test
    void lostRaceIsRepeatedOnTheSnapshotOfTheFailedWrite() {
        create("a", "b");
        faults.beforeNext(Set.of(AwsOperation.TRANSACT_WRITE), () -> done(realm.update("b", INCREMENT, null)));
        long seq = realm.head().seq();
        assertEquals(List.of(List.of(2L), List.of(3L)), round(each(increment("a")), each(increment("b"))));
        assertTrue(faults.hasActed());
        assertEquals(seq + 2, realm.head().seq());
    }
}
