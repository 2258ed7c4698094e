package dev.statecraft.migration.script;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.statecraft.migration.definition.MigrationConfig;
import dev.statecraft.migration.run.Run;
import dev.statecraft.migration.run.RunStore;
import dev.statecraft.migration.run.Script;
import dev.statecraft.migration.run.ScriptStore;
import dev.statecraft.migration.segment.BackupStore;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/**
 * Reads the backups of scripts. A backup is one JSON value, or a text in several parts.
 */
@ApplicationScoped
public class ScriptBackupService {

    private final RunStore runs;
    private final ScriptStore scripts;
    private final BackupStore backups;
    private final MigrationConfig config;

    public ScriptBackupService(RunStore runs, ScriptStore scripts, BackupStore backups, MigrationConfig config) {
        this.runs = runs;
        this.scripts = scripts;
        this.backups = backups;
        this.config = config;
    }

    /**
     * The backup that an attempt is given.
     *
     * @param parts number of its parts; 0 if there is no backup
     * @param value the whole backup; null if there is none, or if it has to be read in parts
     */
    public record Given(int parts, @Nullable JsonNode value) {

        static final Given NONE = new Given(0, null);
    }

    /** A part of a backup. */
    @Schema(name = "ScriptBackupPart")
    public record Part(int part, int parts, JsonNode data) {}

    /**
     * The newest backup of a migration: that of the run, otherwise that of an earlier run that is not rolled back. Cost:
     * that of reading a backup of at most {@code script.inline-bytes}.
     */
    Given of(String game, Run run, Script script) {
        Script source = source(game, run, script).orElse(null);
        if (source == null) {
            return Given.NONE;
        }
        int count = source.parts().size();
        if (count > 1 && source.backupBytes() > config.script().inlineBytes()) {
            return new Given(count, null);
        }
        List<JsonNode> parts = IntStream.range(0, count)
                .mapToObj(part -> backups.part(game, source.run(), part))
                .flatMap(Optional::stream)
                .toList();
        if (parts.size() < count) {
            return Given.NONE;
        }
        if (count == 1) {
            return new Given(1, parts.get(0));
        }
        StringBuilder text = new StringBuilder();
        parts.forEach(part -> text.append(part.textValue()));
        return new Given(count, JsonNodeFactory.instance.textNode(text.toString()));
    }

    /** A part of the backup that {@link #of} returns; empty if there is none with this number. */
    Optional<Part> part(String game, Run run, Script script, int part) {
        return source(game, run, script)
                .filter(source -> part < source.parts().size())
                .flatMap(source -> backups.part(game, source.run(), part)
                        .map(data -> new Part(part, source.parts().size(), data)));
    }

    private Optional<Script> source(String game, Run run, Script script) {
        if (!script.parts().isEmpty()) {
            return Optional.of(script);
        }
        List<Run.Source> sources = run.sources();
        for (int i = sources.size() - 1; i >= 0; i--) {
            Optional<Script> earlier = runs.read(game, sources.get(i).run())
                    .map(before -> scripts.read(game, before))
                    .filter(stored -> !stored.parts().isEmpty());
            if (earlier.isPresent()) {
                return earlier;
            }
        }
        return Optional.empty();
    }
}
