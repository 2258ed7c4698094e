package dev.statecraft.table;

import com.amazonaws.services.lambda.runtime.events.DynamodbEvent.DynamodbStreamRecord;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/**
 * A change of one item, read from a table's stream, with all attributes of the item.
 *
 * @param sequence the sequence number, as text of the stream
 * @param table the full name of the table
 * @param before the item before the change; null if it did not exist or the stream omits it
 * @param after the item after the change; null if it was deleted
 */
public record ItemChange(
        String sequence,
        String table,
        @Nullable Map<String, AttributeValue> before,
        @Nullable Map<String, AttributeValue> after) {

    /** The change in a record of a Lambda event. */
    public static ItemChange of(DynamodbStreamRecord record) {
        return new ItemChange(
                record.getDynamodb().getSequenceNumber(),
                tableOf(record.getEventSourceARN()),
                item(record.getDynamodb().getOldImage()),
                item(record.getDynamodb().getNewImage()));
    }

    /** The full name of the table of a record in a Lambda event; empty if the record names none. */
    public static String tableOf(DynamodbStreamRecord record) {
        return tableOf(record.getEventSourceARN());
    }

    /** {@code arn:aws:dynamodb:region:account:table/NAME/stream/LABEL} contains the table name. */
    private static String tableOf(@Nullable String arn) {
        String[] parts = arn == null ? new String[0] : arn.split("/", -1);
        return parts.length < 2 ? "" : parts[1];
    }

    private static @Nullable Map<String, AttributeValue> item(
            @Nullable Map<String, com.amazonaws.services.lambda.runtime.events.models.dynamodb.AttributeValue> image) {
        if (image == null) {
            return null;
        }
        Map<String, AttributeValue> item = new HashMap<>();
        image.forEach((name, value) -> item.put(name, value(value)));
        return item;
    }

    private static AttributeValue value(
            com.amazonaws.services.lambda.runtime.events.models.dynamodb.AttributeValue value) {
        if (value.getS() != null) {
            return AttributeValue.fromS(value.getS());
        }
        if (value.getN() != null) {
            return AttributeValue.fromN(value.getN());
        }
        if (value.getB() != null) {
            return AttributeValue.fromB(SdkBytes.fromByteBuffer(value.getB()));
        }
        if (value.getBOOL() != null) {
            return AttributeValue.fromBool(value.getBOOL());
        }
        if (value.getM() != null) {
            Map<String, AttributeValue> map = new HashMap<>();
            value.getM().forEach((name, inner) -> map.put(name, value(inner)));
            return AttributeValue.fromM(map);
        }
        if (value.getL() != null) {
            List<AttributeValue> list =
                    value.getL().stream().map(ItemChange::value).toList();
            return AttributeValue.fromL(list);
        }
        return AttributeValue.fromNul(true);
    }
}
