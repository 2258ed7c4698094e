package dev.statecraft.migration.record;

import dev.statecraft.migration.definition.MigrationTarget;
import dev.statecraft.replication.command.Mutation;
import dev.statecraft.replication.commit.CommitPlanner;
import dev.statecraft.replication.commit.CommitService;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;

/** Writes the records of a target of migrations; see {@link CommitService} for entities. */
@ApplicationScoped
public class RecordCommitService {

    private final CommitService entities;
    private final MetadataCommitService metadata;

    public RecordCommitService(CommitService entities, MetadataCommitService metadata) {
        this.entities = entities;
        this.metadata = metadata;
    }

    /** Commits mutations of records of one space, together with companion writes. */
    public CommitService.CompanionResults commit(
            String game, String target, String space, List<Mutation> mutations, CommitPlanner.Companion companion) {
        return MigrationTarget.isMetadata(target)
                ? metadata.commit(game, space, mutations, companion)
                : entities.commitWithCompanion(game, space, mutations, companion);
    }
}
