package dev.statecraft.replication.commit;

import dev.statecraft.combining.Intent;
import dev.statecraft.combining.Round;
import dev.statecraft.replication.command.CommandDecider;
import dev.statecraft.replication.command.Mutation;
import dev.statecraft.replication.commit.CommitCoordinator.CommitSpace;
import dev.statecraft.replication.commit.CommitDraft.Full;
import dev.statecraft.replication.commit.CommitDraft.Made;
import dev.statecraft.replication.commit.CommitDraft.Step;
import dev.statecraft.replication.commit.CommitSnapshot.Reads;
import dev.statecraft.replication.commit.CommitStore.Outcome;
import dev.statecraft.replication.commit.CommitStore.SnapshotOutdated;
import dev.statecraft.replication.commit.CommitStore.Written;
import dev.statecraft.replication.state.Entity;
import jakarta.enterprise.context.ApplicationScoped;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Commits the commands that wait in the queue of a space, as many as one transaction can contain. The result of a request
 * has the new version of each command that was applied. A command that is rejected, was applied earlier or cannot be
 * evaluated here is not applied, nor are later commands of the request for the same entity: the instance of the request
 * evaluates them. A request that is atomic is applied as a whole or not at all.
 */
@ApplicationScoped
public class CommitRounds {

    private static final Logger LOG = Logger.getLogger(CommitRounds.class);

    /** Writes on a snapshot that the failed write before returned. */
    private static final int ATTEMPTS = 3;

    private final CommitStore commits;
    private final CommitCoordinator coordinator;
    private final CommandDecider decider;
    private final CommitPlanner plans;

    public CommitRounds(
            CommitStore commits, CommitCoordinator coordinator, CommandDecider decider, CommitPlanner plans) {
        this.commits = commits;
        this.coordinator = coordinator;
        this.decider = decider;
        this.plans = plans;
    }

    /** A request that waits. */
    private record Request(List<Mutation> mutations, boolean atomic) {}

    /**
     * Commits the first intents of a space.
     *
     * @return for each intent that was done, the result of each command that was applied
     */
    Round.RoundResult<List<Optional<CommitResult>>> combine(
            CommitSpace space, List<Intent> intents, Round.QueueWrite queue) {
        List<Request> requests = new ArrayList<>();
        Set<String> ids = new HashSet<>();
        for (Intent intent : intents) {
            Request request = read(space, intent);
            request.mutations().forEach(mutation -> ids.add(mutation.entityId()));
            if (ids.size() > CommitPlanner.MAX_COMBINED && !requests.isEmpty()) {
                break;
            }
            requests.add(request);
        }
        Reads reads = Reads.of(requests.stream()
                .flatMap(request -> request.mutations().stream())
                .toList());
        CommitSnapshot snapshot = commits.read(space.game(), space.name(), reads, null);
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            Evaluation evaluation = evaluate(snapshot, requests);
            Outcome outcome = write(space, evaluation, snapshot, queue);
            if (outcome instanceof Written) {
                return new Round.Combined<>(
                        evaluation.made().stream().map(CommitRounds::results).toList());
            }
            if (!(outcome instanceof SnapshotOutdated outdated)) {
                break;
            }
            snapshot = outdated.snapshots().get(0);
        }
        return new Round.Lost<>();
    }

    private Outcome write(CommitSpace space, Evaluation evaluation, CommitSnapshot snapshot, Round.QueueWrite queue) {
        CommitDraft draft = evaluation.draft();
        List<ByteBuffer> outcomes =
                evaluation.made().stream().map(CommitRounds::outcome).toList();
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

    private Request read(CommitSpace space, Intent intent) {
        try {
            return CommandIntents.unpack(Objects.requireNonNull(intent.payload()))
                    .filter(CommitRounds::fitsAlone)
                    .map(submission -> new Request(
                            submission.commands().stream()
                                    .map(stored -> decider.submitted(
                                            space.game(),
                                            stored.entityId(),
                                            stored.id(),
                                            stored.bodyHash(),
                                            stored.command()))
                                    .toList(),
                            submission.atomic()))
                    .orElseGet(CommitRounds::unreadable);
        } catch (RuntimeException e) {
            LOG.warnf(e, "an intent cannot be read; its instance evaluates it");
            return unreadable();
        }
    }

    /** A request of more entities than a combined commit has is written by its instance. */
    private static boolean fitsAlone(CommandIntents.Submission submission) {
        return submission.commands().stream()
                        .map(CommandIntents.StoredCommand::entityId)
                        .distinct()
                        .count()
                <= CommitPlanner.MAX_COMBINED;
    }

    private static Request unreadable() {
        return new Request(List.of(), true);
    }

    /**
     * A commit of requests.
     *
     * @param made for each of the first requests, the new versions by command
     */
    private record Evaluation(CommitDraft draft, List<List<Optional<Entity>>> made) {}

    private Evaluation evaluate(CommitSnapshot snapshot, List<Request> requests) {
        CommitDraft draft = plans.combined(snapshot);
        List<List<Optional<Entity>>> made = new ArrayList<>();
        for (Request request : requests) {
            CommitDraft next = draft.copy();
            List<Optional<Entity>> entities = evaluate(next, request);
            if (entities == null) {
                if (made.isEmpty()) {
                    made.add(List.of());
                }
                break;
            }
            boolean applied = !request.atomic() || entities.stream().allMatch(Optional::isPresent);
            made.add(applied ? entities : List.of());
            if (applied) {
                draft = next;
            }
        }
        return new Evaluation(draft, made);
    }

    /** Adds a request to a commit. Returns null if the commit is full. */
    private static @Nullable List<Optional<Entity>> evaluate(CommitDraft draft, Request request) {
        List<Optional<Entity>> made = new ArrayList<>();
        Set<String> left = new HashSet<>();
        for (Mutation mutation : request.mutations()) {
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
