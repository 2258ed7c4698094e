package dev.statecraft.replication.guard;

/**
 * A violated keyword of a {@link StateSchema}.
 *
 * @param path JSON pointer of the value; of the missing value for {@code required}, of the additional one for {@code
 *     additionalProperties}. Empty for the state itself
 * @param rule the keyword
 */
public record SchemaViolation(String path, String rule) {

    /** Describes the violation as part of a sentence. */
    public String reason() {
        return "the state violates the schema of its type at " + (path.isEmpty() ? "its root" : path) + ": " + rule;
    }
}
