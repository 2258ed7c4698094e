package dev.statecraft.migration.registry;

import dev.statecraft.migration.definition.SemanticVersion;
import dev.statecraft.migration.run.Run;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What a game's migrations have in common.
 *
 * @param current the latest version that is applied or adopted; 0.0.0 if none is
 * @param seq how many entries the ledger has; 0 if nothing was ever done
 * @param migrations how many are registered
 * @param baseline the version that was adopted last, null if none was
 * @param baselineSeq the entry of the ledger that says so, 0 if there is none
 * @param baselineAt when, null if there is none
 * @param activeRun the run that goes on, null if none does
 * @param apply what is to be applied one after the other; null if that is nothing
 */
public record Registry(
        SemanticVersion current,
        long seq,
        int migrations,
        @Nullable SemanticVersion baseline,
        long baselineSeq,
        @Nullable Instant baselineAt,
        @Nullable String activeRun,
        @Nullable Apply apply) {

    /** That all pending migrations are to be applied, up to one or all; by whom and why. */
    public record Apply(
            @Nullable SemanticVersion target,
            String by,
            @Nullable String reason) {}

    /** Of a game that has no migrations. */
    public static final Registry EMPTY = new Registry(SemanticVersion.NONE, 0, 0, null, 0, null, null, null);

    /** With one migration and one entry of the ledger more. */
    Registry registered() {
        return new Registry(current, seq + 1, migrations + 1, baseline, baselineSeq, baselineAt, activeRun, apply);
    }

    /** With one migration less and one entry of the ledger more. */
    Registry withdrawn() {
        return new Registry(current, seq + 1, migrations - 1, baseline, baselineSeq, baselineAt, activeRun, apply);
    }

    /** With one entry of the ledger more. */
    public Registry noted() {
        return new Registry(current, seq + 1, migrations, baseline, baselineSeq, baselineAt, activeRun, apply);
    }

    /** With a version adopted. */
    Registry adopted(SemanticVersion version, Instant at) {
        return new Registry(version, seq + 1, migrations, version, seq + 1, at, activeRun, apply);
    }

    /** With a run begun. */
    public Registry started(@Nullable Apply apply) {
        return new Registry(current, seq + 1, migrations, baseline, baselineSeq, baselineAt, Run.idOf(seq + 1), apply);
    }

    /** With no run going on, another version current, and perhaps more to be applied. */
    public Registry ended(SemanticVersion current, @Nullable Apply apply) {
        return new Registry(current, seq + 1, migrations, baseline, baselineSeq, baselineAt, null, apply);
    }
}
