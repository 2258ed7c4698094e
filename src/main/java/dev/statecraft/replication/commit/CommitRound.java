package dev.statecraft.replication.commit;

import dev.statecraft.combining.Intent;
import dev.statecraft.combining.Round;
import dev.statecraft.replication.command.CommandDecider;
import dev.statecraft.replication.command.Mutation;
import dev.statecraft.replication.commit.CommandIntents.Submission;
import dev.statecraft.replication.commit.CommitCoordinator.CommitSpace;
import dev.statecraft.replication.commit.CommitDraft.Full;
import dev.statecraft.replication.commit.CommitDraft.Made;
import dev.statecraft.replication.commit.CommitDraft.Step;
import dev.statecraft.replication.commit.CommitStore.CommitSnapshot;
import dev.statecraft.replication.commit.CommitStore.Outcome;
import dev.statecraft.replication.commit.CommitStore.SnapshotOutdated;
import dev.statecraft.replication.commit.CommitStore.Written;
import dev.statecraft.replication.state.Entity;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Commits the commands that wait in the queue of a space, as many as one transaction can contain. The result of a request
 * has the new version of each command that was applied. A command that is rejected, was applied earlier or cannot be
 * evaluated here is not applied, nor are later commands of the request for the same entity: the instance of the request
 * evaluates them. A request that is atomic is applied as a whole or not at all.
 */
final class CommitRound implements Round<List<Optional<CommitResult>>> {

    private static final Logger LOG = Logger.getLogger(CommitRound.class);

    /** Maximum number of entities: those of other commits without the state of the queue. */
    static final int MAX_ENTITIES = CommitDraft.MAX_ENTITIES - 1;

    /** Writes on a snapshot that the failed write before returned. */
    private static final int ATTEMPTS = 3;

    private final CommitSpace space;
    private final CommitStore commits;
    private final CommitCoordinator coordinator;
    private final CommandDecider decider;
    private final Function<CommitSnapshot, CommitDraft> drafts;

    /** A round of a space. {@code drafts} starts a commit on a snapshot. */
    CommitRound(
            CommitSpace space,
            CommitStore commits,
            CommitCoordinator coordinator,
            CommandDecider decider,
            Function<CommitSnapshot, CommitDraft> drafts) {
        this.space = space;
        this.commits = commits;
        this.coordinator = coordinator;
        this.decider = decider;
        this.drafts = drafts;
    }

    @Override
    public Round.RoundResult<List<Optional<CommitResult>>> combine(List<Intent> intents, QueueWrite queue) {
        List<Submission> submissions = new ArrayList<>();
        Set<String> ids = new HashSet<>();
        for (Intent intent : intents) {
            Submission submission = read(intent);
            submission.mutations().forEach(mutation -> ids.add(mutation.entityId()));
            if (ids.size() > MAX_ENTITIES && !submissions.isEmpty()) {
                break;
            }
            submissions.add(submission);
        }
        ids.clear();
        submissions.forEach(submission -> submission.mutations().forEach(mutation -> ids.add(mutation.entityId())));
        CommitSnapshot snapshot = commits.read(space.game(), space.name(), ids);
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            Evaluation evaluation = evaluate(snapshot, submissions);
            Outcome outcome = write(evaluation, snapshot, queue);
            if (outcome instanceof Written) {
                return new Combined<>(
                        evaluation.made().stream().map(CommitRound::results).toList());
            }
            if (!(outcome instanceof SnapshotOutdated outdated)) {
                break;
            }
            snapshot = outdated.snapshot();
        }
        return new Lost<>();
    }

    private Outcome write(Evaluation evaluation, CommitSnapshot snapshot, QueueWrite queue) {
        CommitDraft draft = evaluation.draft();
        List<ByteBuffer> outcomes =
                evaluation.made().stream().map(CommitRound::outcome).toList();
        if (draft.isEmpty()) {
            return queue.alone().test(outcomes) ? new Written() : new CommitStore.WriteConflict();
        }
        return coordinator.written(
                space,
                draft,
                commits.write(
                        space.game(), draft, snapshot, queue.inTransaction().apply(outcomes), null));
    }

    private static List<Optional<CommitResult>> results(List<Optional<Entity>> made) {
        return made.stream()
                .map(version -> version.<CommitResult>map(entity -> new CommitResult.Done(entity, false)))
                .toList();
    }

    private static ByteBuffer outcome(List<Optional<Entity>> made) {
        return CommandIntents.packVersions(made.stream()
                .map(entity -> entity.map(Entity::version).orElse(0L))
                .toList());
    }

    private Submission read(Intent intent) {
        try {
            return CommandIntents.unpack(space.game(), Objects.requireNonNull(intent.payload()), decider)
                    .orElseGet(CommitRound::unreadable);
        } catch (RuntimeException e) {
            LOG.warnf(e, "an intent cannot be read; its instance evaluates it");
            return unreadable();
        }
    }

    private static Submission unreadable() {
        return new Submission(List.of(), true);
    }

    /**
     * A commit of submissions.
     *
     * @param made for each of the first submissions, the new versions by command
     */
    private record Evaluation(CommitDraft draft, List<List<Optional<Entity>>> made) {}

    private Evaluation evaluate(CommitSnapshot snapshot, List<Submission> submissions) {
        CommitDraft draft = drafts.apply(snapshot);
        List<List<Optional<Entity>>> made = new ArrayList<>();
        for (Submission submission : submissions) {
            CommitDraft next = draft.copy();
            List<Optional<Entity>> entities = evaluate(next, submission);
            if (entities == null) {
                if (made.isEmpty()) {
                    made.add(List.of());
                }
                break;
            }
            boolean applied = !submission.atomic() || entities.stream().allMatch(Optional::isPresent);
            made.add(applied ? entities : List.of());
            if (applied) {
                draft = next;
            }
        }
        return new Evaluation(draft, made);
    }

    /** Adds a submission to a commit. Returns null if the commit is full. */
    private static @Nullable List<Optional<Entity>> evaluate(CommitDraft draft, Submission submission) {
        List<Optional<Entity>> made = new ArrayList<>();
        Set<String> left = new HashSet<>();
        for (Mutation mutation : submission.mutations()) {
            Step step = left.contains(mutation.entityId()) ? null : evaluate(draft, mutation);
            if (step instanceof Full) {
                return null;
            }
            if (step instanceof Made one) {
                made.add(Optional.of(one.entity()));
            } else {
                left.add(mutation.entityId());
                made.add(Optional.empty());
            }
        }
        return made;
    }

    private static @Nullable Step evaluate(CommitDraft draft, Mutation mutation) {
        try {
            return draft.add(mutation);
        } catch (RuntimeException e) {
            LOG.warnf(e, "a command of another instance cannot be evaluated; its instance evaluates it");
            return null;
        }
    }
}
