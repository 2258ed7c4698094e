package dev.statecraft.testing;

import dev.statecraft.table.Attributes;
import dev.statecraft.table.ItemChange;
import dev.statecraft.table.StreamRecord;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.Record;

/** Records of a stream as the handlers pass them on. */
public final class StreamRecords {

    private StreamRecords() {}

    /** The change of an item of a table. */
    public static ItemChange change(String table, Record record) {
        return new ItemChange(
                record.dynamodb().sequenceNumber(),
                table,
                record.dynamodb().hasOldImage() ? record.dynamodb().oldImage() : null,
                record.dynamodb().hasNewImage() ? record.dynamodb().newImage() : null);
    }

    /** The changes of items of a table. */
    public static List<ItemChange> changes(String table, List<Record> records) {
        return records.stream().map(record -> change(table, record)).toList();
    }

    /** A record with its scalar attributes. */
    public static StreamRecord scalars(Record record) {
        return new StreamRecord(
                record.dynamodb().sequenceNumber(),
                Attributes.string(record.dynamodb().keys(), "pk"),
                record.dynamodb().hasOldImage() ? scalars(record.dynamodb().oldImage()) : null,
                record.dynamodb().hasNewImage() ? scalars(record.dynamodb().newImage()) : null);
    }

    /** Records with their scalar attributes. */
    public static List<StreamRecord> scalars(List<Record> records) {
        return records.stream().map(StreamRecords::scalars).toList();
    }

    private static Map<String, String> scalars(Map<String, AttributeValue> image) {
        Map<String, String> scalars = new HashMap<>();
        image.forEach((name, value) -> {
            @Nullable String scalar = value.s() != null ? value.s() : value.n();
            if (scalar != null) {
                scalars.put(name, scalar);
            }
        });
        return scalars;
    }

    /** How many records were processed, if the first one that was not has a sequence number. */
    public static int processed(List<Record> records, Optional<String> failed) {
        if (failed.isEmpty()) {
            return records.size();
        }
        for (int i = 0; i < records.size(); i++) {
            if (records.get(i).dynamodb().sequenceNumber().equals(failed.get())) {
                return i;
            }
        }
        throw new AssertionError("the failed record " + failed.get() + " is not in the batch");
    }
}
