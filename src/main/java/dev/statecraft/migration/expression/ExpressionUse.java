package dev.statecraft.migration.expression;

/** The purpose of an expression; it decides the variables and the type of the result. */
public enum ExpressionUse {
    /** The whole new state, an object. */
    TRANSFORMATION("an object, the whole new state"),
    /** Whether a migrated record is valid; has the variable {@code before}. */
    RULE("true or false"),
    /** The number that a record adds to a sum. */
    INVARIANT("a number"),
    /** The value of one member. */
    COMPUTATION("a JSON value");

    private final String result;

    ExpressionUse(String result) {
        this.result = result;
    }

    /** The required result, in words. */
    String result() {
        return result;
    }
}
