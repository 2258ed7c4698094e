package dev.statecraft.migration.registry;

import dev.statecraft.http.Problem;
import dev.statecraft.http.ProblemException;
import dev.statecraft.migration.definition.DefinitionReader;
import dev.statecraft.migration.definition.SemanticVersion;
import dev.statecraft.migration.run.Run;
import java.util.Map;

/** The problem responses of data migration. */
public final class MigrationProblems {

    private MigrationProblems() {}

    public static Problem notFound() {
        return Problem.notFound(
                "migration-not-found", "Migration not found", "Register the migration first, or check the version.");
    }

    static Problem drift(Registration registered) {
        return Problem.conflict(
                        "migration-drift",
                        "The definition differs from the registered one (checksum)",
                        "A registered definition is immutable. Register the change under a new version, or accept it"
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
                                ? "The Java code of this deployment defines the migration and would register it again."
                                : "Only a PENDING migration without a run can be withdrawn. The status of this migration is "
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
                        "The version is lower than the current version",
                        "The current version is " + current
                                + ". Register a higher version, or set \"outOfOrder\": true.")
                .with("current", Map.of("version", current.toString()))
                .withField("version");
    }

    static Problem behind(SemanticVersion current) {
        return Problem.conflict(
                        "baseline-behind",
                        "The baseline is lower than the current version",
                        "The current version is " + current + ". Only a higher version can be adopted.")
                .with("current", Map.of("version", current.toString()))
                .withField("version");
    }

    static Problem full(int limit) {
        return Problem.conflict(
                "too-many-migrations",
                "The game has the maximum number of migrations",
                "A game can have at most " + limit + " migrations.");
    }

    public static Problem codeMissing() {
        return Problem.conflict(
                "migration-code-missing",
                "The Java code of the migration is not deployed",
                "The migration was registered by Java code that this deployment does not contain.");
    }

    public static Problem runNotFound() {
        return Problem.notFound("run-not-found", "Run not found", null);
    }

    public static Problem runEnded(Run run) {
        return Problem.conflict("run-ended", "The run has ended", "The run ended as " + run.status() + ".")
                .with("current", Map.of("run", run.id(), "status", run.status().name()));
    }

    public static Problem goingBack(Run run) {
        return Problem.conflict(
                        "run-going-back", "The run is rolling back", "A rollback can be paused but not cancelled.")
                .with(
                        "current",
                        Map.of("run", run.id(), "status", run.visibleStatus().name()));
    }

    public static Problem notForWorkers() {
        return Problem.conflict(
                "migration-not-for-workers",
                "The migration is not a game server migration",
                "Game servers can lease records only of migrations registered with \"up\": {\"worker\": true}.");
    }

    public static Problem notAScript() {
        return Problem.conflict(
                "migration-not-a-script",
                "The migration is not a script",
                "Game servers can lease only migrations as a whole that are registered with \"script\": true.");
    }

    public static Problem scriptLeaseLost() {
        return Problem.conflict(
                "script-lease-lost",
                "The attempt has ended or another game server has taken it over",
                "Nothing was stored. Stop the script, and lease the next attempt.");
    }

    public static Problem noScriptBackup() {
        return Problem.notFound(
                "script-backup-not-found", "The backup has no such part", "The lease tells the number of parts.");
    }

    public static Problem scriptRollingBack() {
        return Problem.conflict(
                "script-rolling-back",
                "The attempt rolls the migration back",
                "A backup is stored before the migration is applied.");
    }

    public static Problem leaseLost() {
        return Problem.conflict(
                "work-lease-lost",
                "The lease expired, was completed or was replaced",
                "The record page was not accepted. Lease the next page.");
    }

    public static SemanticVersion version(String field, String text) {
        return SemanticVersion.parse(text)
                .orElseThrow(() -> new ProblemException(Problem.badRequest(field, DefinitionReader.NOT_A_VERSION)));
    }
}
