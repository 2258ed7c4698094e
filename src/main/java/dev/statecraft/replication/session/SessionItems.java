package dev.statecraft.replication.session;

import static dev.statecraft.table.Attributes.n;
import static dev.statecraft.table.Attributes.s;

import dev.statecraft.replication.state.EntityKey;
import dev.statecraft.replication.state.EntitySession;
import dev.statecraft.table.Attributes;
import dev.statecraft.table.PartitionKey;
import dev.statecraft.table.TableNames;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.TransactWriteItem;

/** Maps sessions to the items of {@link SessionStore}, and back. */
public final class SessionItems {

    /** Prefix of the sort key. An entity id alone could equal the sort key of a parked conflict. */
    private static final String ENTITY = "entity#";

    private SessionItems() {}

    /**
     * The write that a commit makes when it grants or ends the session of an entity or removes messages. It has no
     * condition: that of the entity's item is enough. Cost: 2 WCU.
     *
     * @param session the session that was granted or has ended; null if it did not change
     * @param at time of the commit, Unix milliseconds
     * @param removed number of removed messages
     */
    public static TransactWriteItem changed(
            TableNames tables, String game, EntityKey entity, @Nullable EntitySession session, long at, int removed) {
        Map<String, AttributeValue> values = new HashMap<>();
        StringBuilder expression = new StringBuilder();
        if (session != null) {
            values.put(":f", n(session.fence()));
            values.put(":s", n(at));
            values.put(":zero", n(0));
            expression.append("SET f = :f, s = :s, b = :zero, ba = :s");
            String holder = session.holder();
            if (holder != null) {
                values.put(":h", s(holder));
                values.put(":l", n(session.ttlSeconds()));
                expression.append(", h = :h, l = :l REMOVE w, c");
            } else {
                expression.append(" REMOVE h, l, w, c");
            }
        }
        if (removed > 0) {
            values.put(":removed", n(-removed));
            expression.append(" ADD mw :removed");
        }
        return TransactWriteItem.builder()
                .update(update -> update.tableName(tables.replication())
                        .key(key(game, entity))
                        .updateExpression(expression.toString().strip())
                        .expressionAttributeValues(values))
                .build();
    }

    static Map<String, AttributeValue> key(String game, EntityKey entity) {
        return Map.of("pk", s(partition(game, entity.space())), "sk", s(sortKey(entity.id())));
    }

    static String sortKey(String entityId) {
        return ENTITY + entityId;
    }

    /** The common prefix of the partitions of all spaces of a game. */
    static String partitions(String game) {
        return PartitionKey.of(game, "session") + '#';
    }

    static String partition(String game, String space) {
        return PartitionKey.of(game, "session", space);
    }

    /** The space and the id of the entity of an item or a key. */
    static EntityKey place(Map<String, AttributeValue> item) {
        String pk = Attributes.string(item, "pk");
        return new EntityKey(
                pk.substring(pk.lastIndexOf('#') + 1),
                Attributes.string(item, "sk").substring(ENTITY.length()));
    }

    static SessionRecord read(@Nullable Map<String, AttributeValue> item) {
        return item == null || item.isEmpty()
                ? SessionRecord.NONE
                : new SessionRecord(
                        Attributes.number(item, "f", 0),
                        Attributes.stringOrNull(item, "h"),
                        (int) Attributes.number(item, "l", 0),
                        Attributes.number(item, "s", 0),
                        Attributes.number(item, "b", 0),
                        Attributes.number(item, "ba", 0),
                        Attributes.stringOrNull(item, "c"),
                        Attributes.stringOrNull(item, "w"),
                        (int) Attributes.number(item, "mw", 0),
                        Attributes.number(item, "mn", 0) + 1);
    }
}
