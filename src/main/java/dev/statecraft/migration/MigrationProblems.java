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

    static Problem inUse(Registration registered, boolean code) {
        return Problem.conflict(
                        "migration-in-use",
                        "The migration cannot be withdrawn",
                        code
                                ? "It comes with the code of this deployment, which registers it again."
                                : "Only a migration that is PENDING and never ran can be withdrawn; this one is "
                                        + registered.status() + ". Register the change under a new version.")
                .with(
                        "current",
                        Map.of(
                                "version", registered.version().toString(),
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

    static Problem runNotFound() {
        return Problem.notFound("run-not-found", "There is no such run", null);
    }

    static Problem runEnded(Run run) {
        return Problem.conflict("run-ended", "The run has ended", "It ended as " + run.status() + ".")
                .with("current", Map.of("run", run.id(), "status", run.status().name()));
    }

    static Problem goingBack(Run run) {
        return Problem.conflict(
                        "run-going-back",
                        "The run is on its way back",
                        "What takes records back can be paused but not cancelled.")
                .with("current", Map.of("run", run.id(), "status", run.told().name()));
    }

    static Problem notForWorkers() {
        return Problem.conflict(
                "migration-not-for-workers",
                "The migration is not done by game servers",
                "Only a migration that was registered with \"up\": {\"worker\": true} hands records out.");
    }

    static Problem leaseLost() {
        return Problem.conflict(
                "work-lease-lost",
                "The page is not leased to you any more",
                "It took too long, was handed in before, or the run has gone on; lease the next page.");
    }

    static SemanticVersion version(String field, String text) {
        return SemanticVersion.parse(text)
                .orElseThrow(() -> new ProblemException(Problem.badRequest(field, DefinitionReader.NOT_A_VERSION)));
    }
}
