package dev.statecraft.migration.registry;

import static dev.statecraft.table.Attributes.b;
import static dev.statecraft.table.Attributes.bool;
import static dev.statecraft.table.Attributes.n;
import static dev.statecraft.table.Attributes.s;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.statecraft.migration.definition.Definition;
import dev.statecraft.migration.definition.SemanticVersion;
import dev.statecraft.migration.run.MigrationStatus;
import dev.statecraft.migration.run.Run;
import dev.statecraft.replication.state.PackedJson;
import dev.statecraft.table.Attributes;
import dev.statecraft.table.ItemChange;
import dev.statecraft.table.PaddedNumber;
import dev.statecraft.table.PartitionKey;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/**
 * Maps registries, registrations and ledger entries to DynamoDB items and back. MigrationStore lists the attributes.
 */
public final class MigrationItems {

    /** Definitions of this size and above are stored deflated if that makes them smaller. */
    static final int DEFLATE_BYTES = 256;

    /** The stored target of a request to apply all versions. */
    private static final String EVERYTHING = "*";

    private MigrationItems() {}

    static Map<String, AttributeValue> headKey(String game) {
        return Map.of("pk", s(PartitionKey.of(game, "registry")), "sk", s("head"));
    }

    static Map<String, AttributeValue> key(String game, SemanticVersion version) {
        return Map.of("pk", s(PartitionKey.of(game, "migrations")), "sk", s(version.toString()));
    }

    /** The head of a registry; {@link #headItem} maps it back. */
    static Registry registry(Map<String, AttributeValue> item) {
        String baseline = Attributes.stringOrNull(item, "bv");
        return new Registry(
                SemanticVersion.of(Attributes.string(item, "cv")),
                Attributes.number(item, "seq"),
                (int) Attributes.number(item, "cnt"),
                baseline == null ? null : SemanticVersion.of(baseline),
                Attributes.number(item, "bs", 0),
                time(item, "ba"),
                Attributes.stringOrNull(item, "ar"),
                apply(item));
    }

    static Map<String, AttributeValue> headItem(String game, Registry registry) {
        Map<String, AttributeValue> item = new HashMap<>(headKey(game));
        item.put("cv", s(registry.current().toString()));
        item.put("seq", n(registry.seq()));
        item.put("cnt", n(registry.migrations()));
        SemanticVersion baseline = registry.baseline();
        if (baseline != null) {
            item.put("bv", s(baseline.toString()));
            item.put("bs", n(registry.baselineSeq()));
        }
        put(item, "ba", registry.baselineAt());
        put(item, "ar", registry.activeRun());
        Registry.Apply apply = registry.apply();
        if (apply != null) {
            SemanticVersion target = apply.target();
            item.put("ap", s(target == null ? EVERYTHING : target.toString()));
            item.put("apb", s(apply.by()));
            put(item, "apr", apply.reason());
        }
        return item;
    }

    private static Registry.@Nullable Apply apply(Map<String, AttributeValue> item) {
        String target = Attributes.stringOrNull(item, "ap");
        return target == null
                ? null
                : new Registry.Apply(
                        target.equals(EVERYTHING) ? null : SemanticVersion.of(target),
                        Attributes.string(item, "apb"),
                        Attributes.stringOrNull(item, "apr"));
    }

    static Map<String, AttributeValue> toItem(String game, Registration migration) {
        Map<String, AttributeValue> item = new HashMap<>(key(game, migration.version()));
        item.put("k", s(migration.kind().name()));
        item.put("d", b(PackedJson.of(migration.source(), DEFLATE_BYTES).bytes()));
        item.put("c", s(migration.checksum()));
        item.put("st", s(migration.status().name()));
        item.put("seq", n(migration.seq()));
        item.put("oo", bool(migration.outOfOrder()));
        item.put("ra", n(migration.registeredAt().toEpochMilli()));
        item.put("rb", s(migration.registeredBy()));
        return item;
    }

    static Registration fromItem(Map<String, AttributeValue> item) {
        return new Registration(
                SemanticVersion.of(Attributes.string(item, "sk")),
                Definition.Kind.valueOf(Attributes.string(item, "k")),
                (ObjectNode) PackedJson.stored(Attributes.bytes(item, "d")).value(),
                Attributes.string(item, "c"),
                MigrationStatus.valueOf(Attributes.string(item, "st")),
                Attributes.number(item, "seq"),
                Attributes.flag(item, "oo"),
                Instant.ofEpochMilli(Attributes.number(item, "ra")),
                Attributes.string(item, "rb"),
                new Registration.Application(
                        time(item, "aa"),
                        Attributes.number(item, "as", 0),
                        Attributes.stringOrNull(item, "ru"),
                        Attributes.list(item, "bk").stream()
                                .map(source -> Run.Source.of(source.s()))
                                .toList(),
                        Attributes.stringOrNull(item, "er")));
    }

    static Map<String, AttributeValue> entryItem(String game, LedgerEntry entry) {
        Map<String, AttributeValue> item = new HashMap<>();
        item.put("pk", s(PartitionKey.of(game, "ledger")));
        item.put("sk", s(PaddedNumber.of(entry.seq(), 16)));
        put(item, "at", entry.at());
        item.put("ac", s(entry.action().name()));
        item.put("v", s(entry.version()));
        item.put("by", s(entry.by()));
        put(item, "re", entry.reason());
        put(item, "c", entry.checksum());
        put(item, "pc", entry.previousChecksum());
        put(item, "ru", entry.run());
        put(item, "er", entry.error());
        return item;
    }

    static LedgerEntry entry(Map<String, AttributeValue> item) {
        return new LedgerEntry(
                Long.parseLong(Attributes.string(item, "sk")),
                Instant.ofEpochMilli(Attributes.number(item, "at")),
                LedgerEntry.Action.valueOf(Attributes.string(item, "ac")),
                Attributes.string(item, "v"),
                Attributes.string(item, "by"),
                Attributes.stringOrNull(item, "re"),
                Attributes.stringOrNull(item, "c"),
                Attributes.stringOrNull(item, "pc"),
                Attributes.stringOrNull(item, "ru"),
                Attributes.stringOrNull(item, "er"));
    }

    private static void put(Map<String, AttributeValue> item, String name, @Nullable Instant time) {
        if (time != null) {
            item.put(name, n(time.toEpochMilli()));
        }
    }

    private static void put(Map<String, AttributeValue> item, String name, @Nullable String text) {
        if (text != null) {
            item.put(name, s(text));
        }
    }

    private static @Nullable Instant time(Map<String, AttributeValue> item, String name) {
        return item.containsKey(name) ? Instant.ofEpochMilli(Attributes.number(item, name)) : null;
    }

    /** The history entry of a stream record; empty if the record is of another item. */
    public static Optional<LedgerAppended> noted(ItemChange change) {
        Map<String, AttributeValue> item = change.after();
        if (item == null || !Attributes.string(item, "pk").endsWith("#ledger")) {
            return Optional.empty();
        }
        String pk = Attributes.string(item, "pk");
        return Optional.of(new LedgerAppended(pk.substring(0, pk.indexOf('#')), entry(item)));
    }

    static void change(
            String name,
            @Nullable AttributeValue value,
            Map<String, String> names,
            Map<String, AttributeValue> values,
            StringBuilder set,
            StringBuilder remove) {
        names.put("#" + name, name);
        if (value == null) {
            remove.append(remove.isEmpty() ? "" : ", ").append('#').append(name);
        } else {
            set.append(", #").append(name).append(" = :").append(name);
            values.put(":" + name, value);
        }
    }

    static @Nullable AttributeValue text(@Nullable String text) {
        return text == null ? null : s(text);
    }

    static AttributeValue backups(Registration.Application application) {
        return AttributeValue.fromL(application.backups().stream()
                .map(source -> s(source.toString()))
                .toList());
    }
}
