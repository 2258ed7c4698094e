package dev.statecraft.lambda;

import com.amazonaws.services.lambda.runtime.events.DynamodbEvent.DynamodbStreamRecord;
import com.amazonaws.services.lambda.runtime.events.models.dynamodb.AttributeValue;
import dev.statecraft.erasure.ErasureService;
import dev.statecraft.integration.synchronization.IntegrationMaintenance;
import dev.statecraft.table.ItemChange;
import dev.statecraft.table.TableNames;
import java.util.List;
import java.util.Map;

/**
 * Decides which stream records wake the schedule. Every change that can make scheduled work due is a write to one of the
 * tables whose streams the event stream function consumes, so no wake-up is lost between a write and a request for a tick.
 */
final class DueRecords {

    /** Principal of the records of items that expired. Expiry makes nothing due. */
    private static final String TIME_TO_LIVE = "dynamodb.amazonaws.com";

    private DueRecords() {}

    /** Whether a batch contains a record that wakes the schedule. All records of a batch are from one table. */
    static boolean wake(List<DynamodbStreamRecord> batch, TableNames tables) {
        return batch.stream().anyMatch(record -> !isExpiry(record) && isWaking(record, tables));
    }

    private static boolean isExpiry(DynamodbStreamRecord record) {
        return record.getUserIdentity() != null
                && TIME_TO_LIVE.equals(record.getUserIdentity().getPrincipalId());
    }

    private static boolean isWaking(DynamodbStreamRecord record, TableNames tables) {
        String table = ItemChange.tableOf(record);
        if (table.equals(tables.integration())) {
            return IntegrationMaintenance.isWaking(key(record, "pk"));
        }
        return !table.equals(tables.erasures()) || ErasureService.isErasure(key(record, "sk"));
    }

    private static String key(DynamodbStreamRecord record, String attribute) {
        Map<String, AttributeValue> keys = record.getDynamodb().getKeys();
        AttributeValue value = keys == null ? null : keys.get(attribute);
        return value == null || value.getS() == null ? "" : value.getS();
    }
}
