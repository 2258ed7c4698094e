package dev.statecraft.replication.session;

import static dev.statecraft.table.Attributes.n;
import static dev.statecraft.table.Attributes.s;

import dev.statecraft.replication.state.EntityKey;
import dev.statecraft.table.Batches;
import dev.statecraft.table.ScanCursor;
import dev.statecraft.table.TableNames;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.ConditionalCheckFailedException;
import software.amazon.awssdk.services.dynamodb.model.KeysAndAttributes;
import software.amazon.awssdk.services.dynamodb.model.QueryRequest;
import software.amazon.awssdk.services.dynamodb.model.QueryResponse;
import software.amazon.awssdk.services.dynamodb.model.ScanRequest;
import software.amazon.awssdk.services.dynamodb.model.ScanResponse;
import software.amazon.awssdk.services.dynamodb.model.TransactionConflictException;

/**
 * Stores heartbeats of sessions in the replication table, apart from the entity, whose item may be large.
 *
 * <ul>
 *   <li>Key: {@code pk} = game#session#space, {@code sk} = entity#id.
 *   <li>Session: {@code f} fencing token, {@code h} holder, which is missing after the end, {@code l} time to live in
 *       seconds, {@code s} time of the grant or the end. The commit that grants or ends the session writes them.
 *   <li>Heartbeats: {@code b} number, {@code ba} time of the last one. {@code c} the connection that it came over.
 *       {@code w} a server that waits for the session.
 *       Condition: the session is still held under the fencing token.
 *   <li>Messages: {@code mn} number of the last one, {@code mw} how many wait; {@link MessageStore} writes them.
 * </ul>
 */
@ApplicationScoped
public class SessionStore {

    private final DynamoDbClient dynamo;
    private final TableNames tables;
    private final Batches batches;

    public SessionStore(DynamoDbClient dynamo, TableNames tables, Batches batches) {
        this.dynamo = dynamo;
        this.tables = tables;
        this.batches = batches;
    }

    /** Reads a session, strongly consistent. Cost: 1 RCU. */
    public SessionRecord read(String game, EntityKey entity) {
        return SessionItems.read(dynamo.getItem(get -> get.tableName(tables.replication())
                        .key(SessionItems.key(game, entity))
                        .consistentRead(true))
                .item());
    }

    /**
     * Reads sessions, eventually consistent: a session that was just granted or ended may be returned as it was before.
     * Cost: 0.5 RCU for each. Entities that never had a session are missing.
     */
    public Map<EntityKey, SessionRecord> readAll(String game, Collection<EntityKey> entities) {
        List<EntityKey> all = entities.stream().distinct().toList();
        Map<EntityKey, SessionRecord> found = new HashMap<>();
        for (int from = 0; from < all.size(); from += Batches.READ_LIMIT) {
            KeysAndAttributes request = KeysAndAttributes.builder()
                    .keys(all.subList(from, Math.min(all.size(), from + Batches.READ_LIMIT)).stream()
                            .map(entity -> SessionItems.key(game, entity))
                            .toList())
                    .build();
            batches.get(Map.of(tables.replication(), request))
                    .getOrDefault(tables.replication(), List.of())
                    .forEach(item -> found.put(SessionItems.place(item), SessionItems.read(item)));
        }
        return found;
    }

    /**
     * Stores a heartbeat. Not stored if a transaction updates the item at the same time; the next one is stored then. Cost: 1
     * WCU.
     *
     * @param atMillis the current time of this instance
     * @param connectionId the WebSocket connection that it came over; null over HTTP
     * @return false if the session is no longer held under the fencing token
     */
    boolean beat(String game, EntityKey entity, long fence, long atMillis, @Nullable String connectionId) {
        return connectionId == null
                ? ifHeld(
                        game, entity, fence, "SET ba = :x REMOVE c ADD b :one", Map.of(":x", n(atMillis), ":one", n(1)))
                : ifHeld(
                        game,
                        entity,
                        fence,
                        "SET ba = :x, c = :c ADD b :one",
                        Map.of(":x", n(atMillis), ":c", s(connectionId), ":one", n(1)));
    }

    /**
     * Stores that a server waits for a session, in place of another one that waits. Not stored if a transaction updates the
     * item at the same time. Cost: 1 WCU.
     *
     * @return false if the session is no longer held under the fencing token
     */
    public boolean want(String game, EntityKey entity, long fence, String holder) {
        return ifHeld(game, entity, fence, "SET w = :x", Map.of(":x", s(holder)));
    }

    private boolean ifHeld(
            String game, EntityKey entity, long fence, String change, Map<String, AttributeValue> additional) {
        Map<String, AttributeValue> values = new HashMap<>(additional);
        values.put(":f", n(fence));
        try {
            dynamo.updateItem(update -> update.tableName(tables.replication())
                    .key(SessionItems.key(game, entity))
                    .updateExpression(change)
                    .conditionExpression("f = :f AND attribute_exists(h)")
                    .expressionAttributeValues(values));
            return true;
        } catch (ConditionalCheckFailedException e) {
            return false;
        } catch (TransactionConflictException e) {
            // A commit or a message updates the item at this moment. The next heartbeat or poll repeats this write.
            return true;
        }
    }

    /** A session and its entity. */
    public record ListedSession(String entityId, SessionRecord session) {}

    /** A page of sessions. {@code next} is the entity to continue after; null at the end. */
    public record SessionPage(
            List<ListedSession> sessions, @Nullable String next) {}

    /** Lists the sessions of a space that are held, in the order of the entities; eventually consistent. */
    public SessionPage list(String game, String space, @Nullable String after, int limit) {
        List<ListedSession> found = new ArrayList<>();
        Map<String, AttributeValue> start =
                after == null ? Map.of() : SessionItems.key(game, new EntityKey(space, after));
        do {
            QueryRequest.Builder query = QueryRequest.builder()
                    .tableName(tables.replication())
                    .keyConditionExpression("pk = :pk")
                    .filterExpression("attribute_exists(h)")
                    .expressionAttributeValues(Map.of(":pk", s(SessionItems.partition(game, space))))
                    .limit(limit - found.size());
            if (!start.isEmpty()) {
                query.exclusiveStartKey(start);
            }
            QueryResponse response = dynamo.query(query.build());
            response.items()
                    .forEach(item ->
                            found.add(new ListedSession(SessionItems.place(item).id(), SessionItems.read(item))));
            start = response.lastEvaluatedKey();
        } while (!start.isEmpty() && found.size() < limit);
        return new SessionPage(
                found, start.isEmpty() ? null : SessionItems.place(start).id());
    }

    /** Entities that messages were sent to. {@code next} continues the scan; null at its end. */
    record AddressedPage(List<EntityKey> entities, @Nullable String next) {}

    /**
     * Scans for the entities with an id that messages were sent to, in every space of the game. Cost: 128 RCU for each
     * MB of the table, which a page reads at most.
     */
    AddressedPage addressed(String game, String entityId, @Nullable String cursor) {
        ScanResponse response = dynamo.scan(ScanRequest.builder()
                .tableName(tables.replication())
                .filterExpression("begins_with(pk, :sessions) AND sk = :entity AND attribute_exists(mn)")
                .expressionAttributeValues(Map.of(
                        ":sessions", s(SessionItems.partitions(game)), ":entity", s(SessionItems.sortKey(entityId))))
                .consistentRead(true)
                .exclusiveStartKey(cursor == null ? null : ScanCursor.read(cursor))
                .build());
        return new AddressedPage(
                response.items().stream().map(SessionItems::place).toList(),
                ScanCursor.write(response.lastEvaluatedKey()));
    }
}
