package dev.statecraft.testing.simulation;

import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.SdkRequest;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.DeleteItemRequest;
import software.amazon.awssdk.services.dynamodb.model.GetItemRequest;
import software.amazon.awssdk.services.dynamodb.model.PutItemRequest;
import software.amazon.awssdk.services.dynamodb.model.QueryRequest;
import software.amazon.awssdk.services.dynamodb.model.TransactWriteItem;
import software.amazon.awssdk.services.dynamodb.model.TransactWriteItemsRequest;
import software.amazon.awssdk.services.dynamodb.model.UpdateItemRequest;

/** Requests in one line of a trace. */
final class Calls {

    private static final int MAX_LENGTH = 60;

    private Calls() {}

    static String describe(SdkRequest request) {
        if (request instanceof GetItemRequest get) {
            return "Get " + key(get.key());
        }
        if (request instanceof PutItemRequest put) {
            return "Put " + key(put.item());
        }
        if (request instanceof UpdateItemRequest update) {
            return "Update " + key(update.key()) + " " + update.updateExpression();
        }
        if (request instanceof DeleteItemRequest delete) {
            return "Delete " + key(delete.key());
        }
        if (request instanceof QueryRequest query) {
            return "Query " + values(query.expressionAttributeValues());
        }
        if (request instanceof TransactWriteItemsRequest transaction) {
            return transaction.transactItems().stream().map(Calls::describe).collect(Collectors.joining("; "));
        }
        String name = request.getClass().getSimpleName();
        return name.substring(0, name.length() - "Request".length());
    }

    private static String describe(TransactWriteItem item) {
        if (item.put() != null) {
            return "put " + key(item.put().item());
        }
        if (item.update() != null) {
            return "update " + key(item.update().key());
        }
        if (item.delete() != null) {
            return "delete " + key(item.delete().key());
        }
        return "check " + key(item.conditionCheck().key());
    }

    private static String key(Map<String, AttributeValue> item) {
        return value(item.get("pk")) + " / " + value(item.get("sk"));
    }

    private static String values(Map<String, AttributeValue> values) {
        return values.entrySet().stream()
                .map(entry -> entry.getKey() + "=" + value(entry.getValue()))
                .sorted()
                .collect(Collectors.joining(" "));
    }

    private static String value(@Nullable AttributeValue value) {
        String text = value == null ? "-" : value.s() != null ? value.s() : value.n() != null ? value.n() : "…";
        return text.length() > MAX_LENGTH ? text.substring(0, MAX_LENGTH) + "…" : text;
    }
}
