package dev.statecraft.migration.run;

import dev.statecraft.migration.expression.ErrorText;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/**
 * A record that was put aside: it stayed as it was.
 *
 * @param id the entity
 * @param space its space
 * @param version the version it was last tried on
 * @param reason why
 * @param attempts how often it was tried
 */
@Schema(name = "QuarantinedRecord")
public record Quarantined(String id, String space, long version, String reason, int attempts) {

    /** Bounds the reason. */
    public Quarantined {
        reason = ErrorText.bounded(reason);
    }
}
