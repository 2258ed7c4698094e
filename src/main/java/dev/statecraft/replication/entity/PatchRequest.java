package dev.statecraft.replication.entity;

import com.fasterxml.jackson.databind.JsonNode;
import dev.statecraft.http.Problem;
import dev.statecraft.http.ProblemException;
import dev.statecraft.http.QueryParameters;
import dev.statecraft.replication.entity.EntityView.SourceRequest;
import dev.statecraft.replication.state.Strategy;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Input of an update: operations or a whole state. */
public record PatchRequest(
        @Nullable JsonNode set,
        @Nullable JsonNode unset,
        @Nullable JsonNode increment,
        @Nullable JsonNode append,
        @Nullable JsonNode remove,
        @Nullable JsonNode state,
        @Nullable Long baseVersion,
        @Nullable JsonNode was,
        @Nullable String mutationId,
        @Nullable SourceRequest source,
        @Nullable Strategy strategy,
        @Nullable JsonNode guard,
        @Nullable Long fence,
        @Nullable Boolean endSession,
        @Nullable List<String> acknowledge,
        @Nullable String schemaVersion) {

    private static final PatchRequest EMPTY = new PatchRequest(
            null, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null);

    boolean changesNothing() {
        return equals(EMPTY);
    }

    /**
     * This update as the last one of a session.
     *
     * @throws ProblemException 400 if it names another fencing token, or does not end the session
     */
    PatchRequest ending(long session) {
        if (fence != null && fence != session) {
            throw new ProblemException(
                    Problem.badRequest("fence", "The body names another fencing token than the parameter fence."));
        }
        if (Boolean.FALSE.equals(endSession)) {
            throw new ProblemException(Problem.badRequest("endSession", "This operation ends the session."));
        }
        return new PatchRequest(
                set,
                unset,
                increment,
                append,
                remove,
                state,
                baseVersion,
                was,
                mutationId,
                source,
                strategy,
                guard,
                session,
                true,
                acknowledge,
                schemaVersion);
    }

    UpdateRequest update() {
        return new UpdateRequest(
                set,
                unset,
                increment,
                append,
                remove,
                state,
                baseVersion,
                was,
                strategy,
                guard,
                fence,
                endSession,
                acknowledge,
                QueryParameters.semanticVersion("schemaVersion", schemaVersion));
    }
}
