package dev.statecraft.migration.registry;

import org.eclipse.microprofile.openapi.annotations.media.Schema;

/**
 * A change that an expression made to sampled records and that may be unintended.
 *
 * @param code kind of the change
 * @param path JSON pointer of the changed value, in which {@code *} stands for any index of a list
 * @param message human-readable advice
 * @param count number of sampled records with this change
 * @param example id of one of these entities
 */
@Schema(name = "PlanWarning")
public record PlanWarning(Code code, String path, String message, int count, String example) {

    /** The warning of a plan of a script. */
    static final PlanWarning SCRIPT = new PlanWarning(
            Code.NOT_PLANNED, "", "A game server performs this migration as a whole. A plan cannot try it.", 0, "");

    /** Kind of a change. */
    @Schema(name = "PlanWarningCode")
    public enum Code {
        /** A list became a single value. */
        LIST_BECAME_VALUE,
        /** The JSON type of a value changed. */
        TYPE_CHANGED,
        /** A member is absent from the new state. */
        MEMBER_REMOVED,
        /** A game server performs the migration as a whole, so nothing was tried. */
        NOT_PLANNED
    }
}
