package dev.statecraft.replication.commit;

import static dev.statecraft.replication.commit.CommitDrafts.HEAD;
import static dev.statecraft.replication.commit.CommitDrafts.RETENTION;
import static dev.statecraft.replication.commit.CommitDrafts.SETTINGS;
import static dev.statecraft.replication.commit.CommitDrafts.draft;
import static dev.statecraft.replication.commit.CommitDrafts.entity;
import static dev.statecraft.replication.commit.CommitDrafts.made;
import static dev.statecraft.replication.commit.CommitDrafts.state;
import static dev.statecraft.replication.commit.CommitDrafts.write;
import static dev.statecraft.replication.commit.CommitDrafts.writing;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.statecraft.replication.command.Mutation;
import dev.statecraft.replication.commit.CommitDraft.Full;
import dev.statecraft.replication.commit.CommitDraft.Made;
import dev.statecraft.replication.commit.CommitDraft.Step;
import dev.statecraft.replication.merge.Conflict;
import dev.statecraft.replication.state.Entity;
import dev.statecraft.replication.state.EntitySession;
import dev.statecraft.replication.state.MutationReceipt;
import dev.statecraft.replication.state.PackedJson;
import dev.statecraft.replication.state.Space;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/** How much one commit holds. */
class CommitDraftLimitsTest {

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
                EntitySession.NONE,
                stored);
    }

    private static Step step(CommitDraft draft, String id) {
        return draft.add(new Mutation(
                id, null, "b", current -> writing(current.json().deepCopy().put("b", 1), List.of(), 5)));
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
                current -> writing(current.json().deepCopy().put("b", 1), List.of(conflict), 5);
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
            int used = draft.entry().sizeBytes() + 1 + 10 * (385_000 + 14 + 5);
            // The last entity adds its item to the transaction, and its change to the log.
            int change = (draft.entry().sizeBytes() - 1) / 10;
            int text = 3_900_000 - used - change - 5 - 14 + more;
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
        CommitDraft.Settings packing =
                new CommitDraft.Settings(CommitDraft.MAX_ENTITIES, 1_000, RETENTION, false, null);
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
        CommitDraft packed =
                draft(HEAD, 2_000, new CommitDraft.Settings(CommitDraft.MAX_ENTITIES, 1_000, RETENTION, false, null));
        for (int i = 0; i < 9; i++) {
            made(packed.add(write("e" + i, null, state("y".repeat(320_000)))));
        }
        // 3 MB of plain text are the limit of an entry in a response.
        assertEquals(new Full(), packed.add(write("more", null, state("y".repeat(320_000)))));
        made(packed.add(write("more", null, state("y".repeat(100_000)))));
    }

    @Test
    void previousStatesAreLimitedWhereTheTransactionStoresThem() {
        CommitDraft.Settings storing = new CommitDraft.Settings(CommitDraft.MAX_ENTITIES, 1_000, RETENTION, true, null);
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
