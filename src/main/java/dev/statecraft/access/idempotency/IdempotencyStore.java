package dev.statecraft.access.idempotency;

import static dev.statecraft.table.Attributes.b;
import static dev.statecraft.table.Attributes.n;
import static dev.statecraft.table.Attributes.s;

import dev.statecraft.table.Attributes;
import dev.statecraft.table.PartitionKey;
import dev.statecraft.table.TableNames;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.InflaterInputStream;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.ConditionalCheckFailedException;
import software.amazon.awssdk.services.dynamodb.model.ReturnValuesOnConditionCheckFailure;
import software.amazon.awssdk.services.dynamodb.model.UpdateItemRequest;

/**
 * Requests with an {@code Idempotency-Key}, in the limits table.
 *
 * <ul>
 *   <li>Key: {@code pk} = game#idempotency#name of the request, {@code sk} = {@code idempotency}.
 *   <li>Attributes: {@code h} hash of the body, {@code sd} seed, {@code at} time of the first attempt in Unix
 *       milliseconds, {@code t} token of the current attempt, {@code u} until when no other attempt may start in Unix
 *       milliseconds, {@code ttl}; after the response {@code st} status, {@code hd} headers and {@code a} the body,
 *       deflated, missing if it was empty or too large.
 *   <li>Guard: an attempt starts only if there is no record, or the record has expired, or the previous attempt stored
 *       no response in time. Only the attempt whose token the record contains may store a response. Of any number of
 *       identical concurrent requests, one is processed.
 *   <li>Only UpdateItem is used, because every function behind the API may call it on this table. A released record
 *       remains until its TTL and is treated as missing.
 * </ul>
 */
@ApplicationScoped
public class IdempotencyStore {

    /** Maximum size of a deflated body; an item of DynamoDB has at most 400 KB. */
    private static final int MAX_PACKED_BYTES = 350_000;

    private final DynamoDbClient dynamo;
    private final TableNames tables;

    public IdempotencyStore(DynamoDbClient dynamo, TableNames tables) {
        this.dynamo = dynamo;
        this.tables = tables;
    }

    /** A request: the game, its name within the game, and the hash of its body. */
    record Request(String game, String name, String bodyHash) {}

    /**
     * One attempt to process a request.
     *
     * @param token identifies the attempt
     * @param seed random text, the same for all attempts of the request
     * @param startedAt start of the first attempt
     * @param retry whether an earlier attempt started and stored no response
     */
    public record Attempt(String token, String seed, Instant startedAt, boolean retry) {}

    /** A stored response; {@code json} is null if the body was empty or too large. */
    record Answer(
            int status,
            Map<String, String> headers,
            @Nullable String json) {}

    /** The state of a request. Variants are listed in order of precedence. */
    sealed interface Claim {}

    /** The idempotency key was used with a different body. */
    record Reused() implements Claim {}

    /** The response is stored. */
    record Answered(Attempt attempt, Answer answer) implements Claim {}

    /** Another attempt is being processed. */
    record Running() implements Claim {}

    /** The caller must process the request. */
    record Claimed(Attempt attempt) implements Claim {}

    /**
     * Starts an attempt of a request, unless its response is stored or another attempt is being processed. Cost: 1 WCU;
     * 2 WCU if an earlier attempt stored no response.
     *
     * @param fresh the attempt of a new request
     * @param lease how long no other attempt may start
     * @param retention how long the record is stored
     */
    Claim claim(Request request, Attempt fresh, Instant now, Duration lease, Duration retention) {
        Map<String, AttributeValue> values = new HashMap<>();
        values.put(":hash", s(request.bodyHash()));
        values.put(":seed", s(fresh.seed()));
        values.put(":at", n(now.toEpochMilli()));
        values.put(":token", s(fresh.token()));
        values.put(":until", n(now.plus(lease).toEpochMilli()));
        values.put(":ttl", n(now.plus(retention).getEpochSecond()));
        values.put(":now", n(now.getEpochSecond()));
        Optional<Map<String, AttributeValue>> found = update(
                request,
                values,
                "SET h = :hash, sd = :seed, #at = :at, #t = :token, u = :until, #ttl = :ttl REMOVE st, hd, a",
                "attribute_not_exists(pk) OR #ttl <= :now",
                Map.of("#at", "at", "#t", "t", "#ttl", "ttl"));
        return found.isEmpty() ? new Claimed(fresh) : known(request, found.get(), fresh, now, lease);
    }

    private Claim known(Request request, Map<String, AttributeValue> item, Attempt fresh, Instant now, Duration lease) {
        if (!request.bodyHash().equals(Attributes.stringOrNull(item, "h"))) {
            return new Reused();
        }
        if (isOf(fresh, item)) {
            return new Claimed(fresh);
        }
        Attempt attempt = new Attempt(
                fresh.token(),
                Attributes.string(item, "sd"),
                Instant.ofEpochMilli(Attributes.number(item, "at")),
                true);
        if (item.containsKey("st")) {
            Map<String, String> headers = new TreeMap<>();
            Attributes.map(item, "hd").forEach((name, value) -> headers.put(name, value.s()));
            return new Answered(
                    attempt,
                    new Answer(
                            (int) Attributes.number(item, "st"),
                            headers,
                            item.containsKey("a") ? unpacked(Attributes.bytes(item, "a")) : null));
        }
        if (Attributes.number(item, "u") > now.toEpochMilli()) {
            return new Running();
        }
        Optional<Map<String, AttributeValue>> lostTo = update(
                request,
                Map.of(
                        ":before", s(Attributes.string(item, "t")),
                        ":token", s(fresh.token()),
                        ":until", n(now.plus(lease).toEpochMilli())),
                "SET #t = :token, u = :until",
                "#t = :before AND attribute_not_exists(st)",
                Map.of("#t", "t"));
        return lostTo.isEmpty() || isOf(fresh, lostTo.get()) ? new Claimed(attempt) : new Running();
    }

    /** Whether the record is of this attempt: the SDK repeats a write whose response was lost. */
    private static boolean isOf(Attempt attempt, Map<String, AttributeValue> item) {
        return attempt.token().equals(Attributes.stringOrNull(item, "t"));
    }

    /** Stores the response of an attempt; does nothing if another attempt has started. Cost: 1 WCU per KB. */
    void answer(Request request, Attempt attempt, Answer answer) {
        Map<String, AttributeValue> headers = new HashMap<>();
        answer.headers().forEach((name, value) -> headers.put(name, s(value)));
        Map<String, AttributeValue> values = new HashMap<>();
        values.put(":token", s(attempt.token()));
        values.put(":status", n(answer.status()));
        values.put(":headers", AttributeValue.fromM(headers));
        String json = answer.json();
        byte[] packed = json == null ? new byte[0] : packed(json);
        boolean stored = packed.length > 0 && packed.length <= MAX_PACKED_BYTES;
        if (stored) {
            values.put(":body", b(packed));
        }
        update(
                request,
                values,
                "SET st = :status, hd = :headers" + (stored ? ", a = :body" : ""),
                "#t = :token",
                Map.of("#t", "t"));
    }

    /**
     * Releases the idempotency key of a request that changed nothing; it can be sent with another body. Cost: 1 WCU.
     */
    void release(Request request, Attempt attempt, Instant now) {
        update(
                request,
                Map.of(":token", s(attempt.token()), ":now", n(now.getEpochSecond())),
                "SET #ttl = :now",
                "#t = :token",
                Map.of("#t", "t", "#ttl", "ttl"));
    }

    /** Allows the next attempt of a request to start immediately, with the same seed. Cost: 1 WCU. */
    void abandon(Request request, Attempt attempt) {
        update(
                request,
                Map.of(":token", s(attempt.token()), ":never", n(0)),
                "SET u = :never",
                "#t = :token",
                Map.of("#t", "t"));
    }

    private static byte[] packed(String json) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (DeflaterOutputStream out = new DeflaterOutputStream(bytes)) {
            out.write(json.getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException("A write to memory failed", e);
        }
        return bytes.toByteArray();
    }

    private static String unpacked(byte[] packed) {
        try (InflaterInputStream in = new InflaterInputStream(new ByteArrayInputStream(packed))) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException("A stored response could not be read", e);
        }
    }

    /** Updates the record; returns the current item if the condition failed. */
    private Optional<Map<String, AttributeValue>> update(
            Request request,
            Map<String, AttributeValue> values,
            String expression,
            String condition,
            Map<String, String> names) {
        try {
            dynamo.updateItem(UpdateItemRequest.builder()
                    .tableName(tables.limits())
                    .key(Map.of(
                            "pk",
                            s(PartitionKey.of(request.game(), "idempotency", request.name())),
                            "sk",
                            s("idempotency")))
                    .updateExpression(expression)
                    .conditionExpression(condition)
                    .expressionAttributeNames(names)
                    .expressionAttributeValues(values)
                    .returnValuesOnConditionCheckFailure(ReturnValuesOnConditionCheckFailure.ALL_OLD)
                    .build());
            return Optional.empty();
        } catch (ConditionalCheckFailedException e) {
            return Optional.of(e.hasItem() ? e.item() : Map.of());
        }
    }
}
