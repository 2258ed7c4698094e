package dev.statecraft.replication.entity;

import dev.statecraft.replication.commit.CommitResult;
import dev.statecraft.replication.commit.CommitResult.Done;
import dev.statecraft.replication.commit.CommitResult.Refused;
import dev.statecraft.replication.entity.EntityService.Decided;
import dev.statecraft.replication.entity.EntityService.Updated;
import dev.statecraft.replication.state.Entity;
import dev.statecraft.replication.type.SchemaService;
import jakarta.enterprise.context.ApplicationScoped;
import org.jspecify.annotations.Nullable;

/** Converts the results of writes to the schema version that their sender uses. */
@ApplicationScoped
public class SchemaAnswers {

    private final EntityReader reader;

    public SchemaAnswers(EntityReader reader) {
        this.reader = reader;
    }

    /**
     * The entity in a schema version; as it is if no version is named.
     *
     * @throws dev.statecraft.http.ProblemException 409 if it cannot be downgraded
     */
    public Entity of(String game, Entity entity, @Nullable String schemaVersion) {
        return EntityProblems.shown(reader, game, entity, schemaVersion);
    }

    /** The result of an update with states in a schema version. */
    public Updated of(String game, Updated updated, @Nullable String schemaVersion) {
        return updated instanceof Decided decided && schemaVersion != null
                ? new Decided(of(game, decided.result(), schemaVersion))
                : updated;
    }

    /** The result of a commit with states in a schema version. */
    public CommitResult of(String game, CommitResult result, @Nullable String schemaVersion) {
        if (schemaVersion == null) {
            return result;
        }
        if (result instanceof Done done) {
            return new Done(of(game, done.entity(), schemaVersion), done.replayed());
        }
        // A rejection contains the current state. The reason counts more than its schema version.
        return result instanceof Refused refused
                        && !refused.current().deleted()
                        && reader.atSchemaVersion(game, refused.current(), schemaVersion)
                                instanceof SchemaService.Converted converted
                ? new Refused(refused.rejection(), converted.entity())
                : result;
    }
}
