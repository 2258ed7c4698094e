package dev.statecraft.local;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.statecraft.local.template.Template;
import dev.statecraft.local.template.TemplateTest;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.StreamViewType;
import software.amazon.awssdk.services.dynamodb.model.TableDescription;
import software.amazon.awssdk.services.dynamodb.model.TableStatus;
import software.amazon.awssdk.services.dynamodb.model.TimeToLiveStatus;

class LocalTablesTest {

    private final Template template = Template.read(TemplateTest.FIXTURE);
    private final DynamoDbClient dynamoDb = LocalDynamoDb.client();
    private final String prefix = LocalDynamoDb.freshTables(template).prefix();
    private final LocalTables tables = new LocalTables(dynamoDb, template, prefix);

    @AfterEach
    void close() {
        tables.delete();
        dynamoDb.close();
    }

    @Test
    void tables_matchTheTemplate() {
        TableDescription entries =
                dynamoDb.describeTable(r -> r.tableName(prefix + "entries")).table();
        assertEquals(TableStatus.ACTIVE, entries.tableStatus());
        assertEquals(
                StreamViewType.NEW_AND_OLD_IMAGES, entries.streamSpecification().streamViewType());
        assertEquals("order", entries.globalSecondaryIndexes().get(0).indexName());
        assertEquals("lane", entries.localSecondaryIndexes().get(0).indexName());
        assertEquals(
                TimeToLiveStatus.ENABLED,
                dynamoDb.describeTimeToLive(r -> r.tableName(prefix + "entries"))
                        .timeToLiveDescription()
                        .timeToLiveStatus());
    }

    @Test
    void repeatedCreation_keepsTheData() {
        put("kept");
        tables.createMissing();
        assertTrue(dynamoDb.getItem(r -> r.tableName(prefix + "ranks").key(key("kept")))
                .hasItem());
    }

    @Test
    void recreation_emptiesTheTables() {
        put("gone");
        tables.recreate();
        assertEquals(0, dynamoDb.scan(r -> r.tableName(prefix + "ranks")).count());
    }

    @Test
    void differentDefinition_isRejectedInOneSentence() {
        Template.Table ranks = template.table("ranks");
        Template.Table streaming = new Template.Table(
                ranks.logicalId(),
                ranks.name(),
                ranks.key(),
                ranks.attributes(),
                List.of(),
                List.of(),
                "KEYS_ONLY",
                null);
        LocalTables changed = new LocalTables(dynamoDb, new Template(List.of(streaming), List.of(), List.of()), prefix);
        assertTrue(assertThrows(IllegalStateException.class, changed::createMissing)
                .toString()
                .contains("delete the data directory"));
    }

    private void put(String id) {
        dynamoDb.putItem(r -> r.tableName(prefix + "ranks").item(key(id)));
    }

    private static Map<String, AttributeValue> key(String id) {
        return Map.of("pk", AttributeValue.fromS(id), "sk", AttributeValue.fromS(id));
    }
}
