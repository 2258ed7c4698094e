package dev.statecraft.replication.commit;

import static dev.statecraft.replication.commit.CommitDrafts.HEAD;
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
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.statecraft.replication.command.Mutation;
import dev.statecraft.replication.command.Rejection;
import dev.statecraft.replication.commit.CommitDraft.Full;
import dev.statecraft.replication.commit.CommitDraft.Refused;
import dev.statecraft.replication.commit.CommitDraft.Replayed;
import dev.statecraft.replication.commit.CommitDraft.Reused;
import dev.statecraft.replication.state.Entity;
import dev.statecraft.replication.state.MutationReceipt;
import dev.statecraft.replication.state.PackedJson;
import dev.statecraft.replication.state.Space;
import dev.statecraft.replication.state.SpaceChecksum;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What a commit decides before anything is written. */
class CommitDraftTest {

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
        assertEquals(
                List.of(MutationReceipt.of("m", MutationReceipt.bodyHash("body m"), 7, 8, 2_000)), made.receipts());
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
        ChangedEntity changed = draft.changedEntities().get(0);
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
}
