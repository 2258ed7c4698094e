package dev.statecraft.replication.type;

import dev.statecraft.replication.state.StatePath;
import dev.statecraft.replication.state.Strategy;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * How entities of one type are kept.
 *
 * @param name the type as entities name it
 * @param strategy who decides where an update and the stored state disagree
 * @param fallback who decides a parked conflict when its time is up; never {@link Strategy#MANUAL}
 * @param rules how MERGE brings values together, by path; a rule holds for everything below its path as well, unless
 *     there is a closer one
 * @param playersMayWrite whether players may write entities of this type, or only servers
 * @param historyLimit how many versions of an entity are kept, null for what is configured
 */
public record EntityType(
        String name,
        Strategy strategy,
        Strategy fallback,
        SortedMap<StatePath, MergeRule> rules,
        boolean playersMayWrite,
        @Nullable Integer historyLimit) {

    /** The types that exist without anybody having stored them. */
    public static final List<String> STANDARD = List.of("GAME_STATE", "PLAYER_DATA", "UI_STATE");

    /** The schema version of a state that went through no migration. */
    static final String FIRST_SCHEMA = "0.0.0";

    /** The type of replicated leaderboards, which the system writes. */
    public static final String LEADERBOARD_STATE = "LEADERBOARD_STATE";

    /** The types that only servers write. */
    private static final Set<String> SERVERS_ONLY = Set.of("GAME_STATE", LEADERBOARD_STATE);

    /** Copies the rules. */
    public EntityType {
        rules = Collections.unmodifiableSortedMap(new TreeMap<>(rules));
        if (fallback == Strategy.MANUAL) {
            throw new IllegalArgumentException("a fallback has to decide");
        }
    }

    /** A type nobody has said anything about: as the seed has it for the three it names, else the server wins. */
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

    /** The rule for a path: its own, else that of the closest path around it, null if there is none. */
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
}
