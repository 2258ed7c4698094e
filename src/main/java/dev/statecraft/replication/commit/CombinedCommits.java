package dev.statecraft.replication.commit;

import dev.statecraft.replication.command.Mutation;
import dev.statecraft.replication.commit.CommitCoordinator.CommitSpace;
import dev.statecraft.replication.commit.CommitResult.Done;
import dev.statecraft.replication.commit.CommitResult.VersionExpired;
import dev.statecraft.replication.log.HistoryService;
import dev.statecraft.replication.state.Entity;
import dev.statecraft.replication.state.EntityStore;
import dev.statecraft.replication.state.ReplicationConfig;
import jakarta.enterprise.context.ApplicationScoped;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** Submits commands to the queue of a busy space, and reads what other instances made of them. */
@ApplicationScoped
public class CombinedCommits {

    private final EntityStore entities;
    private final HistoryService history;
    private final CommitCoordinator coordinator;
    private final CommitRounds rounds;
    private final ReplicationConfig config;

    public CombinedCommits(
            EntityStore entities,
            HistoryService history,
            CommitCoordinator coordinator,
            CommitRounds rounds,
            ReplicationConfig config) {
        this.entities = entities;
        this.history = history;
        this.coordinator = coordinator;
        this.rounds = rounds;
        this.config = config;
    }

    /**
     * Submits mutations as one request. The caller holds the lock of the space.
     *
     * @param atomic whether all mutations are applied or none
     * @return the result of each mutation that was applied, in order; the caller evaluates the others. {@link
     *     CommitResult.Busy} for all of them if the time is over. Empty if the mutations cannot be combined, because they
     *     are no commands or too large.
     */
    Optional<List<Optional<CommitResult>>> submit(CommitSpace space, List<Mutation> mutations, boolean atomic) {
        Optional<ByteBuffer> commands = CommandIntents.pack(mutations, atomic, HistoryService.thresholdBytes(config))
                .filter(coordinator::accepts);
        return commands.map(packed -> coordinator
                .submit(
                        space,
                        packed,
                        (intents, queue) -> rounds.combine(space, intents, queue),
                        outcome -> applied(space, mutations, CommandIntents.unpackVersions(outcome)))
                .map(results -> completed(mutations, results))
                .orElseGet(() -> busy(mutations)));
    }

    private static List<Optional<CommitResult>> busy(List<Mutation> mutations) {
        return mutations.stream()
                .map(mutation -> Optional.<CommitResult>of(new CommitResult.Busy()))
                .toList();
    }

    private static List<Optional<CommitResult>> completed(
            List<Mutation> mutations, List<Optional<CommitResult>> results) {
        List<Optional<CommitResult>> all = new ArrayList<>(results);
        while (all.size() < mutations.size()) {
            all.add(Optional.empty());
        }
        return all;
    }

    /** The results of versions that another instance made; 0 stands for a mutation that was not applied. */
    private List<Optional<CommitResult>> applied(CommitSpace space, List<Mutation> mutations, List<Long> versions) {
        TreeSet<String> ids = new TreeSet<>();
        for (int i = 0; i < versions.size(); i++) {
            if (versions.get(i) > 0) {
                ids.add(mutations.get(i).entityId());
            }
        }
        Map<String, Entity> current = current(space, ids);
        List<Optional<CommitResult>> results = new ArrayList<>();
        for (int i = 0; i < versions.size(); i++) {
            String id = mutations.get(i).entityId();
            long version = versions.get(i);
            results.add(
                    version == 0
                            ? Optional.empty()
                            : Optional.of(
                                    made(space, current.getOrDefault(id, Entity.none(space.name(), id)), version)));
        }
        return results;
    }

    private CommitResult made(CommitSpace space, Entity current, long version) {
        return history.at(space.game(), current, version)
                .<CommitResult>map(entity -> new Done(entity, false))
                .orElseGet(() -> new VersionExpired(version));
    }

    private Map<String, Entity> current(CommitSpace space, Set<String> ids) {
        if (ids.size() == 1) {
            String id = ids.iterator().next();
            return Map.of(id, entities.read(space.game(), space.name(), id));
        }
        return ids.isEmpty() ? Map.of() : entities.readAll(space.game(), space.name(), ids);
    }
}
