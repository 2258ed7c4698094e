package dev.statecraft.migration;

import dev.statecraft.entry.Problem;
import dev.statecraft.entry.ProblemException;
import java.util.Map;

/** The problems that migrations are answered with. */
final class MigrationProblems {

    private MigrationProblems() {}

    static Problem notFound() {
        return Problem.notFound(
                "migration-not-found", "There is no such migration", "Register it first, or check the version.");
    }

    static Problem drift(Registration registered) {
        return Problem.conflict(
                        "migration-drift",
                        "The version is registered with another content",
                        "A registered migration never changes. Register the change under a new version, or accept it"
                                + " with POST /v1/migrations/" + registered.version() + "/repair.")
                .with(
                        "current",
                        Map.of(
                                "version", registered.version().toString(),
                                "checksum", registered.checksum(),
                                "status", registered.status().name()));
    }

    static Problem outOfOrder(SemanticVersion current) {
        return Problem.conflict(
                        "migration-out-of-order",
                        "A later version is current",
                        "The current version is " + current
                                + ". Register a later version, or say \"outOfOrder\": true.")
                .with("current", Map.of("version", current.toString()))
                .withField("version");
    }

    static Problem behind(SemanticVersion current) {
        return Problem.conflict(
                        "baseline-behind",
                        "A later version is current",
                        "The current version is " + current + "; only a later one can be adopted.")
                .with("current", Map.of("version", current.toString()))
                .withField("version");
    }

    static Problem full(int limit) {
        return Problem.conflict(
                "too-many-migrations", "No more migrations can be registered", "A game has at most " + limit + ".");
    }

    static Problem codeMissing() {
        return Problem.conflict(
                "migration-code-missing",
                "The migration is not in the code any more",
                "It was registered by code that this deployment does not hold.");
    }

    static SemanticVersion version(String field, String text) {
        return SemanticVersion.parse(text)
                .orElseThrow(() -> new ProblemException(Problem.badRequest(field, DefinitionReader.NOT_A_VERSION)));
    }
}
