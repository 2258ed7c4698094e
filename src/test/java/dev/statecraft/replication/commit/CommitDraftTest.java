package dev.statecraft.replication.commit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.statecraft.replication.commit.CommitDraft.Full;
import dev.statecraft.replication.commit.CommitDraft.Made;
import dev.statecraft.replication.commit.CommitDraft.Refused;
import dev.statecraft.replication.commit.CommitDraft.Replayed;
import dev.statecraft.replication.commit.CommitDraft.Reused;
import dev.statecraft.replication.commit.CommitDraft.Step;
import dev.statecraft.replication.merge.Conflict;
import dev.statecraft.replication.state.Entity;
import dev.statecraft.replication.state.MutationReceipt;
import dev.statecraft.replication.state.PackedJson;
import dev.statecraft.replication.state.Space;
import dev.statecraft.replication.state.SpaceChecksum;
import dev.statecraft.replication.state.Strategy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What a commit decides before anything is written. */
class CommitDraftTest {

    private static final MutationReceipt.Retention RETENTION =
            new MutationReceipt.Retention(2, 10, Duration.ofMinutes(1));
    private static final CommitDraft.Settings SETTINGS = new CommitDraft.Settings(PackedJson.NEVER, RETENTION, false);
    private static final Space HEAD = new Space("s", "epoch", 7, 1_000, 1, 3, 0, 10, 15, new SpaceChecksum(42));

    private static CommitDraft draft(Entity... stored) {
        return draft(HEAD, 2_000, SETTINGS, stored);
    }

    private static CommitDraft draft(Space head, long now, CommitDraft.Settings settings, Entity... stored) {
        Map<String, Entity> byId = new HashMap<>();
        for (Entity entity : stored) {
            byId.put(entity.id(), entity);
        }
        return new CommitDraft(head, byId, now, "new", settings);
    }

    private static ObjectNode state(String text) {
        return JsonNodeFactory.instance.objectNode().put("a", text);
    }

    private static Entity entity(String id, long version, @Nullable ObjectNode state) {
        return new Entity(
                "s",
                id,
                "T",
                version,
                state == null ? null : PackedJson.of(state, PackedJson.NEVER),
                "1.0.0",
                null,
                500,
                "before",
                null,
                null,
                4,
                2,
                3,
                List.of());
    }

    private static Mutation.Write writing(@Nullable ObjectNode state, List<Conflict> conflicts, int limit) {
        return new Mutation.Write("T", state, "1.0.0", "owner", "by", Strategy.MERGE, conflicts, limit);
    }

    private static Mutation write(String entity, @Nullable String id, @Nullable ObjectNode state) {
        return new Mutation(entity, id, "body " + id, current -> writing(state, List.of(), 5));
    }

    private static Entity made(Step step) {
        return assertInstanceOf(Made.class, step).entity();
    }

    @Test
    void firstCommitStartsTheSpace() {
        CommitDraft draft = draft(Space.empty("s"), 2_000, SETTINGS);
        assertTrue(draft.isEmpty());
        Entity made = made(draft.add(write("e", null, state("x"))));
        assertFalse(draft.isEmpty());
        assertEquals(1, made.version());
        assertEquals(1, made.seq());
        assertEquals(1, made.createdSeq());
        assertEquals(1, made.kept());
        assertEquals(2_000, made.at());
        assertEquals("owner", made.owner());
        assertEquals(List.of(), made.receipts());
        assertEquals("new", draft.after().epoch());
        assertEquals(1, draft.after().seq());
        assertEquals(1, draft.after().entities());
        assertEquals(Space.empty("s"), draft.before());
    }

    @Test
    void changeOfAnEntityContinuesItsVersions() {
        CommitDraft draft = draft(entity("e", 6, state("x")));
        Entity made = made(draft.add(write("e", "m", state("y"))));
        assertEquals(7, made.version());
        assertEquals(8, made.seq());
        assertEquals(2, made.createdSeq());
        assertEquals(4, made.kept());
        assertEquals("epoch", draft.entry().epoch());
        assertEquals(8, draft.entry().seq());
        assertEquals(2_000, draft.entry().at());
        assertEquals(List.of(MutationReceipt.of("m", "body m", 7, 8, 2_000)), made.receipts());
        assertEquals(
                new SpaceChecksum(42).toggled("e", 6).toggled("e", 7),
                draft.after().checksum());
        assertEquals(1, draft.entry().changes().size());
        assertEquals(PackedJson.text(draft.log().value()).length, draft.entry().sizeBytes());
    }

    @Test
    void timeOfASpaceNeverGoesBack() {
        assertEquals(1_000, draft(HEAD, 900, SETTINGS).after().at());
        assertEquals(1_001, draft(HEAD, 1_001, SETTINGS).after().at());
    }

    @Test
    void deletedEntityIsCreatedAgain() {
        Entity made = made(draft(entity("e", 6, null)).add(write("e", null, state("y"))));
        assertEquals(7, made.version());
        assertEquals(8, made.createdSeq());
        Entity deleted = made(draft(entity("e", 6, state("x"))).add(write("e", null, null)));
        assertNull(deleted.state());
        assertEquals(2, deleted.createdSeq());
    }

    @Test
    void historyIsLimited() {
        Mutation mutation = new Mutation("e", null, "b", current -> writing(state("y"), List.of(), 3));
        assertEquals(3, made(draft(entity("e", 6, state("x"))).add(mutation)).kept());
    }

    @Test
    void mutationsSeeTheResultOfEarlierOnes() {
        CommitDraft draft = draft(entity("e", 6, state("x")));
        draft.add(write("e", null, state("y")));
        Mutation appending = new Mutation(
                "e",
                null,
                "b",
                current -> writing(state(current.json().path("a").asText() + "z"), List.of(), 5));
        assertEquals("yz", made(draft.add(appending)).json().path("a").asText());
        CommitDraft.ChangedEntity changed = draft.changedEntities().get(0);
        assertEquals(1, draft.changedEntities().size());
        assertEquals(6, changed.before().version());
        assertEquals(8, changed.after().version());
        PackedJson steps = assertNotNullSteps(draft.steps(changed));
        assertEquals(2, steps.value().size());
        assertEquals(2, draft.log().value().size());
    }

    private static PackedJson assertNotNullSteps(@Nullable PackedJson steps) {
        assertNotNull(steps);
        return steps;
    }

    @Test
    void singleChangeHasNoSteps() {
        CommitDraft draft = draft(entity("e", 6, state("x")));
        draft.add(write("e", null, state("y")));
        assertNull(draft.steps(draft.changedEntities().get(0)));
    }

    @Test
    void rejectedMutationChangesNothing() {
        CommitDraft draft = draft(entity("e", 6, state("x")));
        Mutation viewed = new Mutation(
                "e",
                null,
                "b",
                current -> entity("e", 99, state("viewed")),
                current -> new Mutation.Reject(new Rejection.Stale()));
        assertEquals(new Refused(new Rejection.Stale(), entity("e", 99, state("viewed"))), draft.add(viewed));
        assertTrue(draft.isEmpty());
        assertEquals(List.of(), draft.changedEntities());
    }

    @Test
    void repeatedMutationIsReplayed() {
        CommitDraft draft = draft();
        Entity made = made(draft.add(write("e", "m", state("y"))));
        Replayed replayed = assertInstanceOf(Replayed.class, draft.add(write("e", "m", state("y"))));
        assertEquals(Optional.of(made), replayed.inDraft());
        assertEquals(1, replayed.receipt().version());
        assertEquals(new Reused(), draft.add(new Mutation("e", "m", "other", current -> writing(null, List.of(), 1))));
        CommitDraft later = draft(HEAD, 3_000, SETTINGS, made);
        assertEquals(
                Optional.empty(),
                assertInstanceOf(Replayed.class, later.add(write("e", "m", state("y"))))
                        .inDraft());
        made(later.add(write("e", "n", state("z"))));
        assertEquals(
                Optional.empty(),
                assertInstanceOf(Replayed.class, later.add(write("e", "m", state("y"))))
                        .inDraft());
    }

    @Test
    void atMost98Entities() {
        CommitDraft draft = draft();
        for (int i = 0; i < CommitDraft.MAX_ENTITIES; i++) {
            made(draft.add(write("e" + i, null, state("y"))));
        }
        Space full = draft.after();
        assertEquals(new Full(), draft.add(write("more", null, state("y"))));
        assertEquals(full, draft.after());
        made(draft.add(write("e0", null, state("z"))));
    }

    private static ObjectNode random(int bytes) {
        byte[] noise = new byte[bytes];
        new Random(bytes).nextBytes(noise);
        StringBuilder text = new StringBuilder();
        for (byte one : noise) {
            text.append((char) ('a' + (one & 0xf)));
        }
        return state(text.toString());
    }

    /** An entity with a state of random text, which no threshold compresses, and receipts of 27 bytes each. */
    private static Entity large(String id, int bytes, int receipts) {
        Entity small = entity(id, 1, random(bytes));
        List<MutationReceipt> stored = new ArrayList<>();
        for (int i = 0; i < receipts; i++) {
            stored.add(new MutationReceipt(i, 0, 1, 1, 1));
        }
        return new Entity(
                small.space(),
                id,
                small.type(),
                1,
                small.state(),
                small.schemaVersion(),
                null,
                500,
                "before",
                null,
                null,
                4,
                2,
                1,
                stored);
    }

    private static Step step(CommitDraft draft, String id) {
        return draft.add(new Mutation(
                id,
                null,
                "b",
                current -> writing((ObjectNode) current.json().deepCopy().put("b", 1), List.of(), 5)));
    }

    @Test
    void itemOfAnEntityIsLimited() {
        CommitDraft draft = draft();
        assertEquals(new Full(), draft.add(write("e", null, random(405_000))));
        assertTrue(draft.isEmpty());
        assertEquals(List.of(), draft.changedEntities());
        Entity small = made(draft.add(write("e", null, random(150_000))));
        Space before = draft.after();
        int sizeBytes = draft.entry().sizeBytes();
        // The steps of an entity are stored too: all versions would be in one item.
        assertEquals(new Full(), draft.add(write("e", null, random(230_000))));
        assertEquals(before, draft.after());
        assertEquals(sizeBytes, draft.entry().sizeBytes());
        assertEquals(List.of(small), draft.changedEntities().get(0).versions());
        assertEquals(1, draft.changedEntities().get(0).changes().size());
    }

    /** The stored state has 5 bytes more than its text {"a":"…","b":1}, which has 14 bytes around the value. */
    @Test
    void limitOfAnItemIsInclusiveWithItsReceipts() {
        int text = 405_000 - 1_000 * 27 - 5 - 14;
        assertInstanceOf(Made.class, step(draft(large("e", text, 1_000)), "e"));
        assertEquals(new Full(), step(draft(large("e", text + 1, 1_000)), "e"));
    }

    @Test
    void explanationsOfConflictsCountForTheItem() {
        Conflict conflict = new Conflict("a", TextNode.valueOf("x".repeat(15_000)), null, null, null, null);
        Function<Entity, Mutation.Decision> explained =
                current -> writing((ObjectNode) current.json().deepCopy().put("b", 1), List.of(conflict), 5);
        Entity fits = large("e", 385_000 - 27_000, 1_000);
        assertInstanceOf(Made.class, draft(fits).add(new Mutation("e", null, "b", explained)));
        Entity full = large("e", 395_000 - 27_000, 1_000);
        assertInstanceOf(Made.class, step(draft(full), "e"));
        assertEquals(new Full(), draft(full).add(new Mutation("e", null, "b", explained)));
    }

    @Test
    void transactionIsLimited() {
        Entity[] stored = new Entity[14];
        for (int i = 0; i < stored.length; i++) {
            stored[i] = large("e" + i, 290_000, 0);
        }
        CommitDraft items = draft(stored);
        for (int i = 0; i < 13; i++) {
            assertInstanceOf(Made.class, step(items, "e" + i));
        }
        assertEquals(new Full(), step(items, "e13"));
        // The log of a created entity contains its state too.
        CommitDraft created = draft(stored);
        made(created.add(write("created", null, random(290_000))));
        for (int i = 0; i < 11; i++) {
            assertInstanceOf(Made.class, step(created, "e" + i));
        }
        assertEquals(new Full(), step(created, "e11"));
    }

    @Test
    void limitOfTheTransactionIsInclusive() {
        for (int more = 0; more < 2; more++) {
            Entity[] stored = new Entity[10];
            for (int i = 0; i < stored.length; i++) {
                stored[i] = large("e" + i, 385_000, 0);
            }
            CommitDraft draft = draft(stored);
            for (int i = 0; i < 10; i++) {
                step(draft, "e" + i);
            }
            long used = draft.entry().sizeBytes() + 1 + 10 * (385_000 + 14 + 5);
            // The last entity adds its item to the transaction, and its change to the log.
            long change = (draft.entry().sizeBytes() - 1) / 10;
            int text = (int) (3_900_000 - used - change - 5 - 14) + more;
            CommitDraft full = draft(withLast(stored, large("x9", text, 0)));
            for (int i = 0; i < 10; i++) {
                step(full, "e" + i);
            }
            Step last = step(full, "x9");
            assertEquals(more == 0, last instanceof Made, "text of " + text);
        }
    }

    private static Entity[] withLast(Entity[] stored, Entity last) {
        List<Entity> all = new ArrayList<>(List.of(stored));
        all.add(last);
        return all.toArray(Entity[]::new);
    }

    /** The plain log of a first change has one more byte than its text: the comma before a next one. */
    @Test
    void limitOfAnEntryIsInclusive() {
        CommitDraft.Settings packing = new CommitDraft.Settings(1_000, RETENTION, false);
        for (int more = 0; more < 2; more++) {
            CommitDraft packed = draft(HEAD, 2_000, packing);
            for (int i = 0; i < 9; i++) {
                made(packed.add(write("e" + i, null, state("y".repeat(320_000)))));
            }
            int change = (packed.entry().sizeBytes() - 1) / 9;
            int text = 3_000_000 - (packed.entry().sizeBytes() + 1) - (change - 320_000) + more;
            Step last = packed.add(write("e9", null, state("y".repeat(text))));
            assertEquals(more == 0, last instanceof Made, "text of " + text);
        }
        // Without compression a log of the size of an item is not packed to see how large it is.
        for (int more = 0; more < 2; more++) {
            CommitDraft measured = draft();
            made(measured.add(write("a", null, random(300_000))));
            CommitDraft small = draft();
            made(small.add(write("b", null, state(""))));
            int text =
                    405_000 - (measured.entry().sizeBytes() + 1) - small.entry().sizeBytes() + 1 + more;
            Step last = measured.add(write("b", null, state("y".repeat(text))));
            assertEquals(more == 0, last instanceof Made, "text of " + text);
        }
    }

    @Test
    void logEntryIsLimitedAsItIsStored() {
        CommitDraft plain = draft();
        made(plain.add(write("a", null, random(250_000))));
        assertEquals(new Full(), plain.add(write("b", null, random(250_000))));
        CommitDraft packed = draft(HEAD, 2_000, new CommitDraft.Settings(1_000, RETENTION, false));
        for (int i = 0; i < 9; i++) {
            made(packed.add(write("e" + i, null, state("y".repeat(320_000)))));
        }
        // 3 MB of plain text are the limit of an entry in a response.
        assertEquals(new Full(), packed.add(write("more", null, state("y".repeat(320_000)))));
        made(packed.add(write("more", null, state("y".repeat(100_000)))));
    }

    @Test
    void previousStatesAreLimitedWhereTheTransactionStoresThem() {
        CommitDraft.Settings storing = new CommitDraft.Settings(1_000, RETENTION, true);
        Entity[] stored = new Entity[6];
        for (int i = 0; i < stored.length; i++) {
            stored[i] = entity("e" + i, 1, state("y".repeat(i < 5 ? 290_000 : 60_000)));
        }
        CommitDraft backed = draft(HEAD, 2_000, storing, stored);
        for (int i = 0; i < 5; i++) {
            made(backed.add(write("e" + i, null, state("z"))));
        }
        assertEquals(new Full(), backed.add(write("e5", null, state("z"))));
        made(backed.add(write("created", null, state("z"))));
        CommitDraft without = draft(HEAD, 2_000, SETTINGS, stored);
        for (int i = 0; i < 6; i++) {
            made(without.add(write("e" + i, null, state("z"))));
        }
    }

    @Test
    void largeExplanationsAreStoredWithoutValues() {
        Conflict small = new Conflict("a", TextNode.valueOf("1"), null, null, null, null);
        Conflict large = new Conflict("a", TextNode.valueOf("x".repeat(20_000)), null, null, null, null);
        assertTrue(explanation(small).toString().contains("\"1\""));
        assertFalse(explanation(large).toString().contains("xxx"));
        assertNull(made(draft().add(write("e", null, state("y")))).conflicts());
    }

    private static Object explanation(Conflict conflict) {
        PackedJson explained = made(draft().add(
                                new Mutation("e", null, "b", current -> writing(state("y"), List.of(conflict), 5))))
                .conflicts();
        return explained == null ? "none" : explained.value();
    }
}
