package dev.statecraft.table;

import static dev.statecraft.table.Attributes.s;

import java.util.Map;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** How far a walk over a whole table has come, as text: partition key and sort key. Neither holds a line break. */
public final class SweepCursor {

    private SweepCursor() {}

    /** The cursor behind a key; null if the key is empty, for then the walk is over. */
    public static @Nullable String write(Map<String, AttributeValue> lastKey) {
        return lastKey.isEmpty() ? null : Attributes.string(lastKey, "pk") + "\n" + Attributes.string(lastKey, "sk");
    }

    /** The key to go on behind. */
    public static Map<String, AttributeValue> read(String cursor) {
        int cut = cursor.indexOf('\n');
        return Map.of("pk", s(cursor.substring(0, cut)), "sk", s(cursor.substring(cut + 1)));
    }
}
