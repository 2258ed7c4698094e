package dev.statecraft.leaderboard.board;

import static dev.statecraft.table.Attributes.n;
import static dev.statecraft.table.Attributes.s;

import dev.statecraft.leaderboard.settings.Score;
import dev.statecraft.table.Attributes;
import java.util.HashMap;
import java.util.Map;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** The stored form of a {@link RankedEntry}: a map within the item of a season or a snapshot. */
public final class RankedEntryItems {

    private RankedEntryItems() {}

    /** The map of an entry without its metadata, in a map that may be added to. */
    public static Map<String, AttributeValue> toMap(RankedEntry entry) {
        Map<String, AttributeValue> map = new HashMap<>();
        map.put("rank", n(entry.rank()));
        if (entry.place() != entry.rank()) {
            map.put("place", n(entry.place()));
        }
        map.put("position", n(entry.position()));
        map.put("player", s(entry.playerId()));
        map.put("s", n(entry.score().value()));
        map.put("u", n(entry.score().subscore()));
        map.put("r", n(entry.reachedAt()));
        return map;
    }

    /** The entry of a map, with the metadata in {@code meta} if there is any. */
    public static RankedEntry fromMap(Map<String, AttributeValue> map) {
        return new RankedEntry(
                Attributes.number(map, "rank"),
                Attributes.number(map, "place", Attributes.number(map, "rank")),
                Attributes.number(map, "position"),
                Attributes.string(map, "player"),
                new Score(Attributes.number(map, "s"), Attributes.number(map, "u")),
                Attributes.number(map, "r"),
                Attributes.stringOrNull(map, "meta"));
    }
}
