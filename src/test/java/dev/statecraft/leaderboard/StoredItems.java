package dev.statecraft.leaderboard;

import dev.statecraft.table.TableNames;
import dev.statecraft.testing.TestDatabase;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** All items in the tables of leaderboards, read by scans. */
public final class StoredItems {

    /** Key prefixes of the boards table whose items belong to a board epoch. */
    private static final Set<String> OF_EPOCHS = Set.of("history", "awards", "samples", "seasons", "review", "match");

    /** Key prefixes of the boards table whose items belong to a game. */
    private static final Set<String> OF_GAMES = Set.of("boards", "purges");

    private final DynamoDbClient dynamo = TestDatabase.client();
    private final TableNames tables;

    public StoredItems(TableNames tables) {
        this.tables = tables;
    }

    /** The items of the epochs whose {@code board#epoch} matches a condition, by table and key. */
    public Map<String, Map<String, AttributeValue>> of(Predicate<String> epoch) {
        Map<String, Map<String, AttributeValue>> found = new TreeMap<>();
        for (String table : List.of(tables.boards(), tables.entries(), tables.ranks())) {
            dynamo.scanPaginator(scan -> scan.tableName(table).consistentRead(true))
                    .items()
                    .forEach(item -> {
                        String[] key = item.get("pk").s().split("#", -1);
                        int board = table.equals(tables.boards()) ? 2 : 1;
                        boolean ofGame = board == 2 && key.length == 2 && OF_GAMES.contains(key[1]);
                        if (board == 2 && !ofGame && !OF_EPOCHS.contains(key[1])) {
                            throw new AssertionError("unknown kind of item: " + item.get("pk"));
                        }
                        if (!ofGame && epoch.test(key[board] + "#" + key[board + 1])) {
                            found.put(
                                    table + " " + item.get("pk").s() + " "
                                            + item.get("sk").s(),
                                    item);
                        }
                    });
        }
        return found;
    }

    /** The names of the pending purges: board and epoch. */
    public Set<String> purges() {
        Set<String> names = new TreeSet<>();
        dynamo.scanPaginator(scan -> scan.tableName(tables.boards()).consistentRead(true)).items().stream()
                .filter(item -> item.get("pk").s().endsWith("#purges"))
                .forEach(item -> names.add(item.get("sk").s()));
        return names;
    }

    /** The keys of the items that contain a text as a whole id. */
    public Set<String> naming(String id) {
        Set<String> found = new TreeSet<>();
        for (String table : List.of(tables.boards(), tables.entries(), tables.ranks())) {
            dynamo.scanPaginator(scan -> scan.tableName(table).consistentRead(true)).items().stream()
                    .filter(item -> item.toString().matches("(?s).*\\b" + id + "\\b.*"))
                    .forEach(item ->
                            found.add(item.get("pk").s() + " " + item.get("sk").s()));
        }
        return found;
    }
}
