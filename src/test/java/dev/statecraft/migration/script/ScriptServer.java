package dev.statecraft.migration.script;

import static dev.statecraft.migration.Laboratory.GAME;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import com.fasterxml.jackson.databind.JsonNode;
import dev.statecraft.migration.JsonFixtures;
import dev.statecraft.migration.Laboratory;
import dev.statecraft.migration.definition.Definition;
import dev.statecraft.migration.definition.DefinitionLimits;
import dev.statecraft.migration.definition.DefinitionReader;
import dev.statecraft.migration.definition.SemanticVersion;
import dev.statecraft.migration.script.ScriptAttemptService.Done;
import dev.statecraft.migration.script.ScriptAttemptService.Ended;
import dev.statecraft.migration.script.ScriptAttemptService.RuleResult;
import dev.statecraft.migration.script.ScriptLeaseService.Attempt;
import dev.statecraft.migration.script.ScriptLeaseService.Leased;
import dev.statecraft.migration.script.ScriptLeaseService.Nothing;
import dev.statecraft.migration.script.ScriptLeaseService.Wait;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** A game server that makes attempts of version 1.0.0, a script. */
final class ScriptServer {

    static final SemanticVersion VERSION = SemanticVersion.of("1.0.0");

    final Laboratory lab;
    private final String game;
    private final String name;
    private @Nullable String seen;

    ScriptServer(Laboratory lab, String name) {
        this(lab, GAME, name);
    }

    ScriptServer(Laboratory lab, String game, String name) {
        this.lab = lab;
        this.game = game;
        this.name = name;
    }

    static Definition script(String version) {
        DefinitionReader.Reading reading = new DefinitionReader(DefinitionLimits.NONE)
                .read(JsonFixtures.of("{'version': '" + version + "', 'description': 'everything', 'script': true}"));
        return assertInstanceOf(DefinitionReader.Read.class, reading).definition();
    }

    void start() {
        lab.register(game, script("1.0.0"));
        lab.runs.apply(game, null, null, Laboratory.BY, 0);
    }

    /** One request. A server that is asked to wait sends what it has seen with its next request. */
    Leased lease() {
        Leased leased = lab.scriptLeases.lease(game, VERSION, name, seen);
        seen = leased instanceof Wait wait ? wait.seen() : null;
        return leased;
    }

    /** Asks for a lease until an attempt is granted, and waits in no other way. */
    Attempt attempt() {
        for (int i = 0; i < 300; i++) {
            if (lease() instanceof Attempt attempt) {
                return attempt;
            }
        }
        throw new AssertionError("no attempt: " + lab.lastRun(game));
    }

    ScriptAttemptService.Stored backup(Attempt attempt, int part, JsonNode data) {
        return lab.scriptAttempts.backup(game, VERSION, attempt.lease(), part, data);
    }

    Ended complete(Attempt attempt, boolean success, String message, RuleResult... rules) {
        return lab.scriptAttempts.complete(game, VERSION, attempt.lease(), success, message, List.of(rules));
    }

    Done completed(Attempt attempt, boolean success, String message, RuleResult... rules) {
        return assertInstanceOf(Done.class, complete(attempt, success, message, rules));
    }

    /** Makes attempts until none is to be made. */
    Nothing work(Predicate<Attempt> script) {
        for (int i = 0; i < 1_000; i++) {
            Leased leased = lease();
            if (leased instanceof Nothing nothing) {
                return nothing;
            }
            if (leased instanceof Attempt attempt) {
                complete(attempt, script.test(attempt), "by a server");
            }
        }
        throw new AssertionError("the run does not end: " + lab.lastRun(game));
    }
}
