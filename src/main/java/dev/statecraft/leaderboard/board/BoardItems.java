package dev.statecraft.leaderboard.board;

import static dev.statecraft.table.Attributes.bool;
import static dev.statecraft.table.Attributes.n;
import static dev.statecraft.table.Attributes.s;

import dev.statecraft.leaderboard.settings.SettingsItems;
import dev.statecraft.table.Attributes;
import dev.statecraft.table.ItemChange;
import dev.statecraft.table.PartitionKey;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** The stored form of a {@link Board}: its key and its item in the boards table. */
public final class BoardItems {

    private BoardItems() {}

    /** The partition of the index {@code due} with the boards of a game. */
    static String duePartition(String game) {
        return PartitionKey.of(game, "due");
    }

    /** The partition of the boards of a game. */
    static String partition(String game) {
        return PartitionKey.of(game, "boards");
    }

    /** The key of a board. */
    public static Map<String, AttributeValue> key(String game, String id) {
        return Map.of("pk", s(partition(game)), "sk", s(id));
    }

    /** The partition of the schema versions of metadata in new boards. */
    static String metadataPartition(String game) {
        return PartitionKey.of(game, "metadata");
    }

    /** The item of a board. */
    static Map<String, AttributeValue> toItem(Board board) {
        Map<String, AttributeValue> item = new HashMap<>(key(board.game(), board.id()));
        item.putAll(SettingsItems.toItem(board.settings()));
        item.put("epoch", n(board.epoch()));
        item.put("season", n(board.season()));
        item.put("seasonStartedAt", n(board.seasons().startedAt().toEpochMilli()));
        Instant end = board.seasons().endsAt();
        if (end != null) {
            item.put("seasonEndsAt", n(end.toEpochMilli()));
        }
        Set<Integer> unfinished = board.seasons().unfinished();
        if (!unfinished.isEmpty()) {
            item.put(
                    "unfinished",
                    AttributeValue.fromNs(
                            unfinished.stream().map(season -> season.toString()).toList()));
        }
        if (board.seasons().closed()) {
            item.put("closed", bool(true));
        }
        item.put("snapshots", n(board.history().snapshots()));
        item.put("snapshotDueAt", n(board.history().dueAt().toEpochMilli()));
        Instant due = board.dueAt();
        if (due != null) {
            item.put("dpk", s(duePartition(board.game())));
            item.put("due", n(due.toEpochMilli()));
        }
        Map<String, AttributeValue> generations = new HashMap<>();
        board.generations().forEach((season, generation) -> generations.put(season.toString(), n(generation)));
        item.put("generations", AttributeValue.fromM(generations));
        Board.Mending mending = board.mending();
        if (mending != null) {
            item.put("mending", AttributeValue.fromM(toMap(mending)));
        }
        item.put("scored", bool(board.scored()));
        item.put("subscored", bool(board.subscored()));
        String metadataSchema = board.metadataSchema();
        if (metadataSchema != null) {
            item.put("metadataSchema", s(metadataSchema));
        }
        item.put("createdAt", n(board.createdAt().toEpochMilli()));
        item.put("updatedAt", n(board.updatedAt().toEpochMilli()));
        item.put("v", n(board.version()));
        return item;
    }

    /** The board of an item; empty if the board was deleted. */
    public static Optional<Board> fromItem(String game, Map<String, AttributeValue> item) {
        if (Attributes.flag(item, "deleted")) {
            return Optional.empty();
        }
        Map<Integer, Integer> generations = new TreeMap<>();
        Attributes.map(item, "generations")
                .forEach((season, generation) ->
                        generations.put(Integer.valueOf(season), Integer.valueOf(generation.n())));
        return Optional.of(new Board(
                game,
                Attributes.string(item, "sk"),
                SettingsItems.fromItem(item),
                (int) Attributes.number(item, "epoch"),
                seasons(item),
                new Board.History(
                        (int) Attributes.number(item, "snapshots"),
                        Instant.ofEpochMilli(Attributes.number(item, "snapshotDueAt"))),
                generations,
                mending(Attributes.map(item, "mending")),
                Attributes.flag(item, "scored"),
                Attributes.flag(item, "subscored"),
                Attributes.stringOrNull(item, "metadataSchema"),
                Instant.ofEpochMilli(Attributes.number(item, "createdAt")),
                Instant.ofEpochMilli(Attributes.number(item, "updatedAt")),
                Attributes.number(item, "v")));
    }

    private static Map<String, AttributeValue> toMap(Board.Mending mending) {
        Map<String, AttributeValue> map = new HashMap<>();
        map.put("season", n(mending.season()));
        map.put("from", n(mending.from()));
        map.put("startedAt", n(mending.startedAt().toEpochMilli()));
        map.put("lane", n(mending.lane()));
        if (mending.after() != null) {
            map.put("after", s(mending.after()));
        }
        if (mending.markedAt() != null) {
            map.put("markedAt", n(mending.markedAt().toEpochMilli()));
        }
        return map;
    }

    private static Board.@Nullable Mending mending(Map<String, AttributeValue> map) {
        if (map.isEmpty()) {
            return null;
        }
        return new Board.Mending(
                (int) Attributes.number(map, "season"),
                (int) Attributes.number(map, "from"),
                // Former releases stored no start.
                map.containsKey("startedAt")
                        ? Instant.ofEpochMilli(Attributes.number(map, "startedAt"))
                        : Instant.EPOCH,
                (int) Attributes.number(map, "lane"),
                Attributes.stringOrNull(map, "after"),
                map.containsKey("markedAt") ? Instant.ofEpochMilli(Attributes.number(map, "markedAt")) : null);
    }

    private static BoardSeasons seasons(Map<String, AttributeValue> item) {
        AttributeValue end = item.get("seasonEndsAt");
        AttributeValue unfinished = item.get("unfinished");
        return new BoardSeasons(
                (int) Attributes.number(item, "season"),
                Instant.ofEpochMilli(Attributes.number(item, "seasonStartedAt")),
                end == null ? null : Instant.ofEpochMilli(Long.parseLong(end.n())),
                unfinished == null
                        ? Set.of()
                        : unfinished.ns().stream().map(Integer::valueOf).collect(Collectors.toCollection(TreeSet::new)),
                Attributes.flag(item, "closed"));
    }

    /** The change of a board in a stream record of the boards table; empty if the record is not about a board. */
    public static Optional<BoardChanged> changed(ItemChange change) {
        Map<String, AttributeValue> item = change.after();
        if (item == null || !Attributes.string(item, "pk").endsWith("#boards")) {
            return Optional.empty();
        }
        String pk = Attributes.string(item, "pk");
        String game = pk.substring(0, pk.indexOf('#'));
        Map<String, AttributeValue> before = change.before();
        return Optional.of(new BoardChanged(
                game,
                Attributes.string(item, "sk"),
                (int) Attributes.number(item, "epoch"),
                Attributes.number(item, "v"),
                before == null ? Optional.empty() : fromItem(game, before),
                fromItem(game, item)));
    }
}
