package dev.statecraft.migration.run;

import dev.statecraft.migration.expression.ErrorText;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/**
 * A record that the run could not process. Its state is unchanged.
 *
 * @param id id of the entity
 * @param space space of the entity
 * @param version entity version of the last attempt
 * @param reason why the last attempt failed
 * @param attempts number of attempts
 */
@Schema(name = "QuarantinedRecord")
public record Quarantined(String id, String space, long version, String reason, int attempts) {

    /** Bounds the reason. */
    public Quarantined {
        reason = ErrorText.bounded(reason);
    }
}
