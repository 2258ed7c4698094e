package dev.statecraft.replication.type;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.statecraft.replication.guard.Guard;
import dev.statecraft.replication.guard.SchemaViolation;
import dev.statecraft.replication.guard.StateSchema;
import dev.statecraft.replication.state.StatePath;
import dev.statecraft.replication.state.Strategy;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Settings of an entity type.
 *
 * @param name name of the type
 * @param strategy resolves conflicts between an update and the stored state
 * @param fallback resolves a parked conflict after its deadline; never {@link Strategy#MANUAL}
 * @param rules merge rules of the strategy MERGE by path; a rule also applies to all paths below its path, unless a
 *     longer path has a rule
 * @param playersMayWrite true if players may write entities of this type; false if only servers may
 * @param sessionRequired true if entities of this type are only written by the server that holds their session
 * @param historyLimit number of versions kept per entity; null for the configured number
 * @param guards rules that every new state satisfies
 * @param schema schema that every new state satisfies; null for none
 */
public record EntityType(
        String name,
        Strategy strategy,
        Strategy fallback,
        SortedMap<StatePath, MergeRule> rules,
        boolean playersMayWrite,
        boolean sessionRequired,
        @Nullable Integer historyLimit,
        Guard guards,
        @Nullable StateSchema schema) {

    /** The types that exist even if they are not stored. */
    public static final List<String> STANDARD = List.of("GAME_STATE", "PLAYER_DATA", "UI_STATE");

    /** Schema version of a state to which no migration was applied. */
    static final String FIRST_SCHEMA = "0.0.0";

    /** Type of replicated boards, which only the system writes. */
    public static final String LEADERBOARD_STATE = "LEADERBOARD_STATE";

    /** Types that only servers may write by default. */
    private static final Set<String> SERVERS_ONLY = Set.of("GAME_STATE", LEADERBOARD_STATE);

    /** Copies the rules. */
    public EntityType {
        rules = Collections.unmodifiableSortedMap(new TreeMap<>(rules));
        if (fallback == Strategy.MANUAL) {
            throw new IllegalArgumentException("the fallback strategy cannot be MANUAL");
        }
    }

    /** A type without guards and schema, whose entities are also written without a session. */
    public EntityType(
            String name,
            Strategy strategy,
            Strategy fallback,
            SortedMap<StatePath, MergeRule> rules,
            boolean playersMayWrite,
            @Nullable Integer historyLimit) {
        this(name, strategy, fallback, rules, playersMayWrite, false, historyLimit, Guard.NONE, null);
    }

    /**
     * Returns the default settings of a type that is not stored. PLAYER_DATA has MERGE and UI_STATE has CLIENT_WINS,
     * as in the original Luau API; all other types have SERVER_WINS.
     */
    public static EntityType standard(String name) {
        Strategy strategy =
                switch (name) {
                    case "PLAYER_DATA" -> Strategy.MERGE;
                    case "UI_STATE" -> Strategy.CLIENT_WINS;
                    default -> Strategy.SERVER_WINS;
                };
        return new EntityType(
                name, strategy, Strategy.SERVER_WINS, new TreeMap<>(), !SERVERS_ONLY.contains(name), null);
    }

    /** Returns the rule for a path: the rule of the longest path that contains it, null if there is none. */
    public @Nullable MergeRule ruleFor(StatePath path) {
        MergeRule closest = null;
        int length = 0;
        for (Map.Entry<StatePath, MergeRule> rule : rules.entrySet()) {
            int tokens = rule.getKey().tokens().size();
            if (tokens > length && rule.getKey().covers(path)) {
                closest = rule.getValue();
                length = tokens;
            }
        }
        return closest;
    }

    /** Describes the first rule of the guards or the schema that a state violates; empty if it satisfies all. */
    public Optional<String> violation(ObjectNode state) {
        Optional<String> violation = guards.violatedBy(state).map(Guard.Violation::reason);
        return violation.isEmpty() && schema != null ? schema.violation(state).map(SchemaViolation::reason) : violation;
    }
}
