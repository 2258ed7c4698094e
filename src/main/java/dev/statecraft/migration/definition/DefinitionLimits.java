package dev.statecraft.migration.definition;

/**
 * The limits of a definition.
 *
 * @param descriptionLength longest description, message or reason, in characters
 * @param expressionLength longest text of an expression, in characters
 * @param expressionDepth how deep operators and calls of an expression may be nested
 * @param operations most operations of one direction
 * @param rules most validation rules, and most invariants
 */
public record DefinitionLimits(
        int descriptionLength, int expressionLength, int expressionDepth, int operations, int rules) {

    /** No limits. */
    public static final DefinitionLimits NONE = new DefinitionLimits(
            Integer.MAX_VALUE, Integer.MAX_VALUE, Integer.MAX_VALUE, Integer.MAX_VALUE, Integer.MAX_VALUE);
}
