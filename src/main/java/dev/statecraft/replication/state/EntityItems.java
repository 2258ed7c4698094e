package dev.statecraft.replication.state;

import static dev.statecraft.table.Attributes.b;
import static dev.statecraft.table.Attributes.n;
import static dev.statecraft.table.Attributes.s;

import dev.statecraft.table.Attributes;
import dev.statecraft.table.ItemChange;
import dev.statecraft.table.PartitionKey;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** Maps entities to items of the entities table and back; {@link EntityStore} lists the attributes. */
public final class EntityItems {

    private EntityItems() {}

    /** Reads the space and the id out of the key of an item. */
    static EntityKey place(Map<String, AttributeValue> key) {
        String pk = Attributes.string(key, "pk");
        return new EntityKey(pk.substring(pk.lastIndexOf('#') + 1), Attributes.string(key, "sk"));
    }

    /** The position of a scan directly after an entity. */
    public static EntityScan.Position positionAfter(String game, EntityKey place) {
        return new EntityScan.Position(PartitionKey.of(game, place.space()), place.id());
    }

    /** The key of an entity's item. */
    public static Map<String, AttributeValue> key(String game, String space, String id) {
        return Map.of("pk", s(PartitionKey.of(game, space)), "sk", s(id));
    }

    /**
     * The item of an entity.
     *
     * @param steps the changes of the commit if it made more than one version of the entity, otherwise null
     */
    public static Map<String, AttributeValue> toItem(String game, Entity entity, @Nullable PackedJson steps) {
        Map<String, AttributeValue> item = versionItem(entity);
        item.putAll(key(game, entity.space(), entity.id()));
        if (!entity.receipts().isEmpty()) {
            item.put("rt", b(MutationReceipt.pack(entity.receipts())));
        }
        EntitySession session = entity.session();
        if (session.fence() > 0) {
            item.put("sf", n(session.fence()));
            item.put("sr", n(session.renewed()));
            item.put("sl", n(session.ttlSeconds()));
            putText(item, "sh", session.holder());
            putText(item, "so", session.previousHolder());
        }
        if (steps != null) {
            item.put("sp", b(steps.bytes()));
        }
        if (!entity.deleted()) {
            item.put("tpk", s(PartitionKey.of(game, entity.type())));
            item.put("tsk", s(entity.space() + "#" + entity.id()));
        }
        return item;
    }

    /** The attributes that the entities table and the history table store of a version, without the key. */
    public static Map<String, AttributeValue> versionItem(Entity entity) {
        Map<String, AttributeValue> item = new HashMap<>();
        item.put("ty", s(entity.type()));
        item.put("v", n(entity.version()));
        PackedJson state = entity.state();
        if (state != null) {
            item.put("st", b(state.bytes()));
        }
        item.put("m", s(entity.schemaVersion()));
        if (entity.owner() != null) {
            item.put("o", s(entity.owner()));
        }
        item.put("at", n(entity.at()));
        item.put("by", s(entity.by()));
        Strategy strategy = entity.strategy();
        if (strategy != null) {
            item.put("g", s(strategy.name()));
        }
        PackedJson conflicts = entity.conflicts();
        if (conflicts != null) {
            item.put("cf", b(conflicts.bytes()));
        }
        item.put("sq", n(entity.seq()));
        item.put("cs", n(entity.createdSeq()));
        item.put("k", n(entity.kept()));
        return item;
    }

    /** Reads the item that {@link #toItem} wrote. */
    public static Entity fromItem(Map<String, AttributeValue> item) {
        String pk = Attributes.string(item, "pk");
        return version(pk.substring(pk.lastIndexOf('#') + 1), Attributes.string(item, "sk"), item);
    }

    /** Reads the attributes that {@link #versionItem} wrote, and the receipts if the item has any. */
    public static Entity version(String space, String id, Map<String, AttributeValue> item) {
        String strategy = Attributes.stringOrNull(item, "g");
        return new Entity(
                space,
                id,
                Attributes.string(item, "ty"),
                Attributes.number(item, "v"),
                packed(item, "st"),
                Attributes.string(item, "m"),
                Attributes.stringOrNull(item, "o"),
                Attributes.number(item, "at"),
                Attributes.string(item, "by"),
                strategy == null ? null : Strategy.valueOf(strategy),
                packed(item, "cf"),
                Attributes.number(item, "sq"),
                Attributes.number(item, "cs"),
                (int) Attributes.number(item, "k"),
                session(item),
                item.containsKey("rt")
                        ? MutationReceipt.unpack(Attributes.bytes(item, "rt"))
                        : MutationReceipt.unpackLegacy(Attributes.bytes(item, "rc")));
    }

    private static void putText(Map<String, AttributeValue> item, String name, @Nullable String value) {
        if (value != null) {
            item.put(name, s(value));
        }
    }

    private static EntitySession session(Map<String, AttributeValue> item) {
        long fence = Attributes.number(item, "sf", 0);
        return fence == 0
                ? EntitySession.NONE
                : new EntitySession(
                        fence,
                        Attributes.stringOrNull(item, "sh"),
                        Attributes.stringOrNull(item, "so"),
                        (int) Attributes.number(item, "sl"),
                        Attributes.number(item, "sr"));
    }

    /** Reads a packed value; null if the item does not have the attribute. */
    public static @Nullable PackedJson packed(Map<String, AttributeValue> item, String name) {
        byte[] bytes = Attributes.bytes(item, name);
        return bytes.length == 0 ? null : PackedJson.stored(bytes);
    }

    /** The version that a record of the table's stream reports; empty if the record reports a removal. */
    public static Optional<EntityWritten> versioned(ItemChange change) {
        Map<String, AttributeValue> item = change.after();
        if (item == null) {
            return Optional.empty();
        }
        String pk = Attributes.string(item, "pk");
        return Optional.of(new EntityWritten(pk.substring(0, pk.indexOf('#')), fromItem(item)));
    }
}
