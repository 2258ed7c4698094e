package dev.statecraft.testing.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.dynamodb.model.BillingMode;
import software.amazon.awssdk.services.dynamodb.model.CreateTableRequest;
import software.amazon.awssdk.services.dynamodb.model.ResourceInUseException;
import software.amazon.awssdk.services.dynamodb.model.ResourceNotFoundException;
import software.amazon.awssdk.services.dynamodb.model.ScalarAttributeType;
import software.amazon.awssdk.services.dynamodb.model.TableDescription;
import software.amazon.awssdk.services.dynamodb.model.TableStatus;
import software.amazon.awssdk.services.dynamodb.model.TimeToLiveDescription;

/** Tables: creation, description, expiry, deletion. */
abstract class TableContract extends ContractCase {

    private CreateTableRequest.Builder creation(String name) {
        return CreateTableRequest.builder()
                .tableName(name)
                .billingMode(BillingMode.PAY_PER_REQUEST)
                .attributeDefinitions(ContractTables.attribute("pk", ScalarAttributeType.S))
                .keySchema(ContractTables.hash("pk"));
    }

    @Test
    void description_isThatOfTheCreation() {
        TableDescription items =
                db().describeTable(r -> r.tableName(tables().items)).table();
        assertEquals(TableStatus.ACTIVE, items.tableStatus());
        assertEquals(java.util.List.of(ContractTables.hash("pk"), ContractTables.range("sk")), items.keySchema());
        assertEquals(8, items.attributeDefinitions().size());
        assertEquals(
                Set.of("due", "order", "whole"),
                items.globalSecondaryIndexes().stream()
                        .map(index -> index.indexName())
                        .collect(Collectors.toSet()));
        assertEquals("lane", items.localSecondaryIndexes().get(0).indexName());
        assertEquals(BillingMode.PAY_PER_REQUEST, items.billingModeSummary().billingMode());
        assertTrue(items.tableArn().endsWith("table/" + tables().items));
        assertTrue(items.latestStreamArn() == null);
        TableDescription changes =
                db().describeTable(r -> r.tableName(tables().changes)).table();
        assertTrue(changes.streamSpecification().streamEnabled());
        assertTrue(changes.latestStreamArn().startsWith(changes.tableArn() + "/stream/"));
    }

    @Test
    void list_hasTheTables() {
        Set<String> listed =
                db().listTablesPaginator(r -> r.limit(5)).tableNames().stream().collect(Collectors.toSet());
        assertTrue(listed.containsAll(Set.of(tables().items, tables().numbers, tables().keys)), listed::toString);
    }

    @Test
    void expiry_isOffUntilItIsTurnedOn() {
        TimeToLiveDescription off =
                db().describeTimeToLive(r -> r.tableName(tables().binaries)).timeToLiveDescription();
        assertEquals("DISABLED", off.timeToLiveStatusAsString());
        db().updateTimeToLive(r -> r.tableName(tables().numbers)
                .timeToLiveSpecification(t -> t.enabled(true).attributeName("ttl")));
        TimeToLiveDescription on =
                db().describeTimeToLive(r -> r.tableName(tables().numbers)).timeToLiveDescription();
        assertTrue(Set.of("ENABLED", "ENABLING").contains(on.timeToLiveStatusAsString()));
        assertEquals("ttl", on.attributeName());
    }

    @Test
    void existingTable_cannotBeCreatedAgain() {
        assertThrows(ResourceInUseException.class, () -> db().createTable(
                        creation(tables().items).build()));
    }

    @Test
    void deletedTable_isGone_andANewOneIsEmpty() {
        needs(Capability.FAST_TABLES);
        String name = tables().items + "-" + pk;
        db().createTable(creation(name).build());
        db().putItem(r -> r.tableName(name).item(attributes("pk", s(pk))));
        db().deleteTable(r -> r.tableName(name));
        assertThrows(ResourceNotFoundException.class, () -> db().describeTable(r -> r.tableName(name)));
        assertThrows(ResourceNotFoundException.class, () -> db().scan(r -> r.tableName(name)));
        db().createTable(creation(name).build());
        assertEquals(0, db().scan(r -> r.tableName(name)).count());
        db().deleteTable(r -> r.tableName(name));
        assertThrows(ResourceNotFoundException.class, () -> db().deleteTable(r -> r.tableName(name)));
    }

    @Test
    void wrongDefinitions_areRejected() {
        for (Consumer<CreateTableRequest.Builder> wrong : java.util.List.<Consumer<CreateTableRequest.Builder>>of(
                r -> r.keySchema(ContractTables.hash("other")),
                r -> r.attributeDefinitions(
                        ContractTables.attribute("pk", ScalarAttributeType.S),
                        ContractTables.attribute("unused", ScalarAttributeType.S)),
                r -> r.keySchema(ContractTables.range("pk")),
                r -> r.tableName("x"))) {
            CreateTableRequest.Builder request = creation(tables().items + "-wrong");
            wrong.accept(request);
            invalid(() -> db().createTable(request.build()));
        }
    }
}
