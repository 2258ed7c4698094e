package dev.statecraft.testing.workload.migration;

import com.fasterxml.jackson.databind.JsonNode;
import dev.statecraft.table.Attributes;
import dev.statecraft.testing.dynamo.ModelStreams;
import dev.statecraft.testing.dynamo.ModelStreams.ShardState;
import dev.statecraft.testing.history.MigrationCheck.Rule;
import dev.statecraft.testing.history.Violation;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.Record;

/**
 * Every write of every entry, from the stream of the table. Decides whether each one is the write of a server, or a
 * conversion of exactly the metadata before it by a run, which changes nothing else.
 */
final class MetadataHistory {

    /** Attributes that a conversion changes: metadata, its schema version, the version, time and token of the write. */
    private static final Set<String> CONVERTED = Set.of("meta", "ms", "v", "w", "x");

    private final Map<String, String> sent;
    private final Predicate<String> targeted;
    private final boolean exact;
    private final Map<String, List<JsonNode>> backups = new TreeMap<>();
    private final Map<String, Long> converted = new TreeMap<>();
    private final List<Violation> violations = new ArrayList<>();
    private long ups;
    private long downs;

    /** The metadata that an image of an entry has. */
    private record Metadata(String schema, long version, JsonNode value) {

        static Optional<Metadata> of(Map<String, AttributeValue> image) {
            @Nullable String text = Attributes.stringOrNull(image, "meta");
            @Nullable String schema = Attributes.stringOrNull(image, "ms");
            return text == null
                    ? Optional.empty()
                    : Optional.of(new Metadata(
                            schema == null ? MetadataForms.OLD : schema,
                            Attributes.number(image, "v"),
                            MetadataForms.parsed(text)));
        }

        boolean isNew() {
            return schema.equals(MetadataForms.NEW);
        }

        String writer() {
            return MetadataForms.writer(value);
        }
    }

    /**
     * Reads the stream of a table.
     *
     * @param sent the metadata that servers sent, by writer
     * @param targeted whether the migration converts a board
     * @param exact whether a rollback may have restored metadata that was written since
     */
    MetadataHistory(
            ModelStreams streams, String table, Map<String, String> sent, Predicate<String> targeted, boolean exact) {
        this.sent = sent;
        this.targeted = targeted;
        this.exact = exact;
        // Parents precede their children, so the records of an item are in order.
        for (ShardState shard : streams.shards(table)) {
            streams.records(table, shard.id()).forEach(this::read);
        }
    }

    private void read(Record record) {
        Map<String, AttributeValue> after = record.dynamodb().newImage();
        if (!record.dynamodb().hasNewImage() || !after.containsKey("rc")) {
            return;
        }
        String[] key = Attributes.string(after, "pk").split("#", -1);
        String place = key[1] + "/" + key[2] + "/" + key[3] + "/" + Attributes.string(after, "sk");
        Map<String, AttributeValue> before =
                record.dynamodb().hasOldImage() ? record.dynamodb().oldImage() : Map.of();
        Metadata old = Metadata.of(before).orElse(null);
        Metadata now = Metadata.of(after).orElse(null);
        if (old == null || now == null) {
            checkRequest(place, old, now);
        } else if (unconverted(before).equals(unconverted(after))
                && (old.writer().equals(now.writer()) || isRestored(place, old, now))) {
            checkConversion(place, key[1], old, now);
        } else {
            checkRequest(place, old, now);
        }
    }

    private static Map<String, AttributeValue> unconverted(Map<String, AttributeValue> image) {
        Map<String, AttributeValue> others = new HashMap<>(image);
        others.keySet().removeAll(CONVERTED);
        return others;
    }

    /** Whether a rollback replaced metadata that was written since. */
    private boolean isRestored(String place, Metadata before, Metadata after) {
        return exact
                && before.isNew()
                && !after.isNew()
                && backups.getOrDefault(place, List.of()).contains(after.value());
    }

    private void add(Rule rule, String place, @Nullable Metadata before, @Nullable Metadata after) {
        violations.add(new Violation(rule, place + ": " + before + " -> " + after));
    }

    /** M3: a request leaves the metadata as it was, or stores what it sent. */
    private void checkRequest(String place, @Nullable Metadata before, @Nullable Metadata after) {
        boolean same = before != null
                && after != null
                && before.schema().equals(after.schema())
                && before.value().equals(after.value());
        if (same) {
            return;
        }
        converted.remove(place);
        @Nullable String text = after == null ? null : sent.get(after.writer());
        if (after != null && (text == null || !MetadataForms.parsed(text).equals(after.value()))) {
            add(Rule.M2_MIXED_STATE, place, before, after);
        }
    }

    private void checkConversion(String place, String board, Metadata before, Metadata after) {
        if (before.schema().equals(after.schema())
                || after.version() != before.version() + 1
                || !targeted.test(board)) {
            add(Rule.M1_NOT_TRANSFORMED_ONCE, place, before, after);
        } else if (after.isNew()) {
            ups++;
            backups.computeIfAbsent(place, key -> new ArrayList<>()).add(before.value());
            converted.put(place, after.version());
            if (!MetadataForms.up(before.value()).equals(after.value())) {
                add(Rule.M1_NOT_TRANSFORMED, place, before, after);
            }
        } else {
            downs++;
            checkDown(place, before, after);
            converted.remove(place);
        }
    }

    private void checkDown(String place, Metadata before, Metadata after) {
        List<JsonNode> kept = backups.getOrDefault(place, List.of());
        boolean untouched = Objects.equals(converted.get(place), before.version());
        if (untouched && !kept.get(kept.size() - 1).equals(after.value())) {
            add(Rule.M4_NOT_RESTORED, place, before, after);
        } else if (!untouched
                && !MetadataForms.down(before.value()).equals(after.value())
                && !(exact && kept.contains(after.value()))) {
            add(Rule.M4_NOT_DOWNGRADED, place, before, after);
        }
    }

    /** Number of entries that runs converted to the new form. */
    long ups() {
        return ups;
    }

    /** Number of entries that runs converted back. */
    long downs() {
        return downs;
    }

    /** Entries, as {@code board/epoch/season/player}, whose last conversion by a run is not rolled back. */
    Set<String> converted() {
        return converted.keySet();
    }

    /** What does not follow. */
    List<Violation> violations() {
        return violations;
    }
}
