package dev.statecraft.migration.registry;

import dev.statecraft.migration.definition.SemanticVersion;
import dev.statecraft.migration.run.Run;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * The head of a game's registry of migrations.
 *
 * @param current the highest applied or adopted version; 0.0.0 if there is none
 * @param seq number of entries of the migration history
 * @param migrations number of registered migrations
 * @param baseline the version adopted by the last baseline; null if there is none
 * @param baselineSeq number of the history entry of the baseline; 0 if there is none
 * @param baselineAt time of the baseline; null if there is none
 * @param activeRun the active run; null if there is none
 * @param apply the request to apply pending migrations that is still in progress; null if there is none
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

    /** A request to apply all pending migrations, up to and including {@code target}; null for all. */
    public record Apply(
            @Nullable SemanticVersion target,
            String by,
            @Nullable String reason) {}

    /** The registry of a game without migrations. */
    public static final Registry EMPTY = new Registry(SemanticVersion.NONE, 0, 0, null, 0, null, null, null);

    /** A copy after a registration. */
    Registry registered() {
        return new Registry(current, seq + 1, migrations + 1, baseline, baselineSeq, baselineAt, activeRun, apply);
    }

    /** A copy after a withdrawal. */
    Registry withdrawn() {
        return new Registry(current, seq + 1, migrations - 1, baseline, baselineSeq, baselineAt, activeRun, apply);
    }

    /** A copy after an action that only adds a history entry. */
    public Registry noted() {
        return new Registry(current, seq + 1, migrations, baseline, baselineSeq, baselineAt, activeRun, apply);
    }

    /** A copy after a baseline. */
    Registry adopted(SemanticVersion version, Instant at) {
        return new Registry(version, seq + 1, migrations, version, seq + 1, at, activeRun, apply);
    }

    /** A copy after the start of a run. */
    public Registry started(@Nullable Apply apply) {
        return new Registry(current, seq + 1, migrations, baseline, baselineSeq, baselineAt, Run.idOf(seq + 1), apply);
    }

    /** A copy after the end of a run. */
    public Registry ended(SemanticVersion current, @Nullable Apply apply) {
        return new Registry(current, seq + 1, migrations, baseline, baselineSeq, baselineAt, null, apply);
    }
}
