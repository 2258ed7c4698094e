package dev.statecraft;

import static dev.statecraft.SamTemplate.FUNCTION;
import static dev.statecraft.SamTemplate.TABLE;
import static dev.statecraft.SamTemplate.grants;
import static dev.statecraft.SamTemplate.resources;
import static dev.statecraft.SamTemplate.roleOf;
import static java.util.Map.entry;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.statecraft.SamTemplate.Grant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The role of each function grants access only to the tables that the function uses, and only the actions it needs. */
class TemplateTableAccessTest {

    private static final Set<String> ITEM_READS = Set.of("GetItem", "BatchGetItem", "Query", "DescribeTable");
    private static final Set<String> ITEM_WRITES = Set.of("PutItem", "UpdateItem", "DeleteItem", "BatchWriteItem");

    /** Who may go over a whole table, and which. */
    private static final Map<String, Set<String>> SCANS = Map.of(
            "MigrationsFunction", Set.of("EntitiesTable"),
            "MigrationStepFunction", Set.of("EntitiesTable"),
            "ErasureFunction", Set.of("EntitiesTable", "HistoryTable", "ReplicationTable"),
            "ScheduleFunction", Set.of("EntitiesTable", "HistoryTable", "ReplicationTable"));

    /** What each function may touch; the entries reach the consumer through their stream only. */
    private static final Map<String, Set<String>> TABLES_OF_FUNCTION = Map.ofEntries(
            entry("AccessFunction", Set.of("AccessTable", "LimitsTable", "IntegrationTable")),
            entry(
                    "LeaderboardsFunction",
                    Set.of(
                            "BoardsTable",
                            "EntriesTable",
                            "RanksTable",
                            "IntentsTable",
                            "IntegrationTable",
                            "AccessTable",
                            "LimitsTable")),
            entry("LeaderboardStreamFunction", Set.of("RanksTable")),
            entry(
                    "StateFunction",
                    Set.of(
                            "MigrationsTable",
                            "EntitiesTable",
                            "LogTable",
                            "IntentsTable",
                            "HistoryTable",
                            "ReplicationTable",
                            "ConnectionsTable",
                            "IntegrationTable",
                            "AccessTable",
                            "LimitsTable")),
            entry(
                    "SocketFunction",
                    Set.of(
                            "MigrationsTable",
                            "EntitiesTable",
                            "LogTable",
                            "IntentsTable",
                            "HistoryTable",
                            "ReplicationTable",
                            "ConnectionsTable",
                            "IntegrationTable",
                            "AccessTable",
                            "LimitsTable")),
            entry(
                    "StateStreamFunction",
                    Set.of(
                            "AccessTable",
                            "MigrationsTable",
                            "EntitiesTable",
                            "LogTable",
                            "HistoryTable",
                            "ReplicationTable",
                            "ConnectionsTable")),
            entry(
                    "MigrationsFunction",
                    Set.of(
                            "BoardsTable",
                            "EntriesTable",
                            "MigrationsTable",
                            "EntitiesTable",
                            "LogTable",
                            "IntentsTable",
                            "ReplicationTable",
                            "ConnectionsTable",
                            "IntegrationTable",
                            "AccessTable",
                            "LimitsTable")),
            entry(
                    "MigrationStepFunction",
                    Set.of(
                            "BoardsTable",
                            "EntriesTable",
                            "AccessTable",
                            "MigrationsTable",
                            "EntitiesTable",
                            "LogTable",
                            "IntentsTable",
                            "ReplicationTable",
                            "ConnectionsTable")),
            entry(
                    "ErasureFunction",
                    Set.of(
                            "EventsTable",
                            "MigrationsTable",
                            "ErasuresTable",
                            "IntegrationTable",
                            "BoardsTable",
                            "EntriesTable",
                            "EntitiesTable",
                            "LogTable",
                            "IntentsTable",
                            "HistoryTable",
                            "ReplicationTable",
                            "ConnectionsTable",
                            "AccessTable",
                            "LimitsTable")),
            // Readiness looks at all tables, and into few.
            entry("SystemFunction", resources(TABLE).keySet()),
            entry(
                    "SynchronizeFunction",
                    resources(TABLE).keySet().stream()
                            .filter(table -> !table.equals("ErasuresTable"))
                            .collect(Collectors.toSet())),
            entry(
                    "EventStreamFunction",
                    Set.of(
                            "AccessTable",
                            "BoardsTable",
                            "EntriesTable",
                            "RanksTable",
                            "EntitiesTable",
                            "LogTable",
                            "IntentsTable",
                            "HistoryTable",
                            "ReplicationTable",
                            "ConnectionsTable",
                            "EventsTable",
                            "IntegrationTable")),
            // The feed reaches it through its stream only.
            entry("EventBusFunction", Set.of()),
            entry(
                    "ScheduleFunction",
                    resources(TABLE).keySet().stream()
                            .filter(table -> !table.equals("LimitsTable"))
                            .collect(Collectors.toSet())));

    @Test
    void everyFunction_accessesOnlyItsTables() {
        assertEquals(TABLES_OF_FUNCTION.keySet(), resources(FUNCTION).keySet());
        Set<String> streamReads = Set.of("DescribeStream", "GetRecords", "GetShardIterator", "ListStreams");
        resources(FUNCTION).forEach((id, function) -> {
            List<Grant> onTables = grants(roleOf(function)).stream()
                    .filter(grant -> grant.action().startsWith("dynamodb:"))
                    .toList();
            Set<String> touched = resources(TABLE).keySet().stream()
                    .filter(table -> onTables.stream()
                            .anyMatch(
                                    grant -> onItems(grant) && grant.logicalId().equals(table)))
                    .collect(Collectors.toSet());
            assertEquals(TABLES_OF_FUNCTION.get(id), touched, id);
            for (Grant grant : onTables) {
                boolean scan = grant.verb().equals("Scan")
                        && SCANS.getOrDefault(id, Set.of()).contains(grant.logicalId());
                assertTrue(onItems(grant) || streamReads.contains(grant.verb()) || scan, id + " " + grant);
                assertTrue(
                        !grant.resource().contains("/index/") || grant.verb().equals("Query"),
                        id + " " + grant + ": an index is only queried");
            }
        });
    }

    @Test
    void onlyConsumerAndMaintenance_writeRankTrees() {
        Map<String, Set<String>> writes = new TreeMap<>();
        resources(FUNCTION)
                .forEach((id, function) -> writes.put(
                        id,
                        grants(roleOf(function)).stream()
                                .filter(grant -> grant.logicalId().equals("RanksTable"))
                                .map(Grant::verb)
                                .filter(ITEM_WRITES::contains)
                                .collect(Collectors.toSet())));
        assertEquals(
                Map.ofEntries(
                        entry("AccessFunction", Set.of()),
                        entry("LeaderboardsFunction", Set.of()),
                        entry("LeaderboardStreamFunction", Set.of("UpdateItem")),
                        entry("StateFunction", Set.of()),
                        entry("SocketFunction", Set.of()),
                        entry("StateStreamFunction", Set.of()),
                        entry("MigrationsFunction", Set.of()),
                        entry("MigrationStepFunction", Set.of()),
                        entry("ErasureFunction", Set.of()),
                        entry("SystemFunction", Set.of()),
                        entry("SynchronizeFunction", Set.of("BatchWriteItem")),
                        entry("EventStreamFunction", Set.of()),
                        entry("EventBusFunction", Set.of()),
                        entry("ScheduleFunction", Set.of("BatchWriteItem"))),
                writes);
    }

    @Test
    void readingFunctions_writeOnlyCounters() {
        for (String id : List.of("SystemFunction", "EventBusFunction")) {
            Map<String, Set<String>> allowed =
                    Map.of("LimitsTable", Set.of("PutItem", "UpdateItem"), "IntegrationTable", Set.of("UpdateItem"));
            writes(id)
                    .forEach((table, verbs) -> assertTrue(
                            allowed.getOrDefault(table, Set.of()).containsAll(verbs), id + " " + table + verbs));
        }
    }

    @Test
    void streamFunctions_writeOnlyTheirTables() {
        assertEquals(Map.of("RanksTable", Set.of("UpdateItem")), writes("LeaderboardStreamFunction"));
        assertEquals(
                Map.of(
                        "HistoryTable", Set.of("UpdateItem", "BatchWriteItem"),
                        "ConnectionsTable", Set.of("UpdateItem", "DeleteItem", "BatchWriteItem"),
                        "ReplicationTable", Set.of("PutItem", "UpdateItem")),
                writes("StateStreamFunction"));
        assertEquals(
                Map.of(
                        "EventsTable", Set.of("PutItem"),
                        "IntegrationTable", Set.of("PutItem", "UpdateItem", "DeleteItem"),
                        // Scores of boards that follow entities; a season that is over.
                        "BoardsTable", Set.of("PutItem"),
                        "EntriesTable", Set.of("PutItem"),
                        // Tops of boards, which are entities.
                        "EntitiesTable", Set.of("PutItem"),
                        "LogTable", Set.of("PutItem"),
                        "IntentsTable", Set.of("PutItem", "DeleteItem"),
                        "ReplicationTable", Set.of("PutItem", "UpdateItem", "DeleteItem"),
                        "ConnectionsTable", Set.of("UpdateItem", "DeleteItem", "BatchWriteItem")),
                writes("EventStreamFunction"));
        assertEquals(Map.of(), writes("EventBusFunction"));
    }

    @Test
    void requestFunctions_cannotDeleteAuditRecords() {
        Set<String> deletes = resources(FUNCTION).keySet().stream()
                .filter(id -> writes(id).getOrDefault("IntegrationTable", Set.of()).stream()
                        .anyMatch(Set.of("DeleteItem", "BatchWriteItem")::contains))
                .collect(Collectors.toSet());
        // Forced synchronization does the work of the schedule on request.
        assertEquals(Set.of("EventStreamFunction", "ScheduleFunction", "SynchronizeFunction"), deletes);
    }

    /** What a function may write, by table. */
    private static Map<String, Set<String>> writes(String function) {
        return grants(roleOf(Objects.requireNonNull(resources(FUNCTION).get(function), function))).stream()
                .filter(grant -> ITEM_WRITES.contains(grant.verb()))
                .collect(Collectors.groupingBy(
                        Grant::logicalId, TreeMap::new, Collectors.mapping(Grant::verb, Collectors.toSet())));
    }

    private static boolean onItems(Grant grant) {
        return ITEM_READS.contains(grant.verb()) || ITEM_WRITES.contains(grant.verb());
    }
}
