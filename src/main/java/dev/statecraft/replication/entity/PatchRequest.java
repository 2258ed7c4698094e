package dev.statecraft.replication.entity;

import com.fasterxml.jackson.databind.JsonNode;
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
