package dev.statecraft.table;

import static dev.statecraft.table.Attributes.s;

import java.util.Map;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** Text form of a position in a table scan: partition key and sort key. Neither contains a line break. */
public final class ScanCursor {

    private ScanCursor() {}

    /** The cursor after a key; null if the key is empty, which means that the scan has ended. */
    public static @Nullable String write(Map<String, AttributeValue> lastKey) {
        return lastKey.isEmpty() ? null : Attributes.string(lastKey, "pk") + "\n" + Attributes.string(lastKey, "sk");
    }

    /** The key after which the scan continues. */
    public static Map<String, AttributeValue> read(String cursor) {
        int cut = cursor.indexOf('\n');
        return Map.of("pk", s(cursor.substring(0, cut)), "sk", s(cursor.substring(cut + 1)));
    }
}
