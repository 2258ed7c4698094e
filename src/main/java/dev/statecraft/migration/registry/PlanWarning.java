package dev.statecraft.migration.registry;

import org.eclipse.microprofile.openapi.annotations.media.Schema;

/**
 * What an expression changed in records of the sample that its author may not have meant.
 *
 * @param code what changed
 * @param path where, as a JSON pointer in which {@code *} stands for any index of a list
 * @param message what to check, for people
 * @param count of how many records of the sample
 * @param example one of those
 */
@Schema(name = "PlanWarning")
public record PlanWarning(Code code, String path, String message, int count, String example) {

    /** What changed. */
    @Schema(name = "PlanWarningCode")
    public enum Code {
        /** A list became a single value. */
        LIST_BECAME_VALUE,
        /** A value has another JSON type. */
        TYPE_CHANGED,
        /** A member is gone. */
        MEMBER_REMOVED
    }
}
