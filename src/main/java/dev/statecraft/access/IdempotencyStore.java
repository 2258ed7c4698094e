package dev.statecraft.access;

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
 * Requests that carried an {@code Idempotency-Key}, in the limits table.
 *
 * <ul>
 *   <li>Key: {@code pk} = game#idempotency#name of the request, {@code sk} = {@code idempotency}.
 *   <li>Attributes: {@code h} hash of the body, {@code sd} seed, {@code at} time of the first attempt in epoch
 *       milliseconds, {@code t} token of the running attempt, {@code u} until when no other attempt may begin in epoch
 *       milliseconds, {@code ttl}; once answered {@code st} status, {@code hd} headers and {@code a} the body, deflated, which is
 *       missing where it was empty or too large.
 *   <li>Guard: an attempt begins only if no record is there, or only an expired one, or the attempt before has neither
 *       answered nor time left; an answer is stored only by the attempt whose token the record has. So of any number of
 *       identical requests at once, on any number of instances, one runs.
 *   <li>Only UpdateItem is used, which every function behind the API may call on this table. A released record stays until
 *       its TTL and counts as missing.
 * </ul>
 */
@ApplicationScoped
public class IdempotencyStore {

    /** Most bytes of a packed body: an item of DynamoDB has at most 400 KB. */
    private static final int MAX_PACKED_BYTES = 350_000;

    private final DynamoDbClient dynamo;
    private final TableNames tables;

    IdempotencyStore(DynamoDbClient dynamo, TableNames tables) {
        this.dynamo = dynamo;
        this.tables = tables;
    }

    /** A request: the game, its name within the game, and the hash of its body. */
    record Request(String game, String name, String bodyHash) {}

    /**
     * A run of a request.
     *
     * @param token identifies the run
     * @param seed random text that all runs of the request share
     * @param startedAt when its first run began
     * @param again whether an earlier run began and left no answer
     */
    record Attempt(String token, String seed, Instant startedAt, boolean again) {}

    /** A stored answer; {@code json} is null where the body was empty or too large to be stored. */
    record Answer(
            int status,
            Map<String, String> headers,
            @Nullable String json) {}

    /** The state of a request; in order of precedence. */
    sealed interface Claim {}

    /** The key was used with another body. */
    record Reused() implements Claim {}

    /** The request was answered. */
    record Answered(Attempt attempt, Answer answer) implements Claim {}

    /** Another run of the request has not ended. */
    record Running() implements Claim {}

    /** The caller runs the request now. */
    record Claimed(Attempt attempt) implements Claim {}

    /**
     * Begins a run of a request unless it was answered or runs; 1 WCU, 2 where an earlier run left no answer.
     *
     * @param fresh the run, if the request is new
     * @param lease for how long no other run may begin
     * @param retention how long the record is kept
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
        Optional<Map<String, AttributeValue>> overtaken = update(
                request,
                Map.of(
                        ":before", s(Attributes.string(item, "t")),
                        ":token", s(fresh.token()),
                        ":until", n(now.plus(lease).toEpochMilli())),
                "SET #t = :token, u = :until",
                "#t = :before AND attribute_not_exists(st)",
                Map.of("#t", "t"));
        return overtaken.isEmpty() ? new Claimed(attempt) : new Running();
    }

    /** Stores the answer of a run; 1 WCU for each KB. Nothing happens if another run has begun. */
    void answer(Request request, Attempt attempt, Answer answer) {
        Map<String, AttributeValue> headers = new HashMap<>();
        answer.headers().forEach((name, value) -> headers.put(name, s(value)));
        Map<String, AttributeValue> values = new HashMap<>();
        values.put(":token", s(attempt.token()));
        values.put(":status", n(answer.status()));
        values.put(":headers", AttributeValue.fromM(headers));
        String json = answer.json();
        byte[] packed = json == null ? new byte[0] : packed(json);
        boolean kept = packed.length > 0 && packed.length <= MAX_PACKED_BYTES;
        if (kept) {
            values.put(":body", b(packed));
        }
        update(
                request,
                values,
                "SET st = :status, hd = :headers" + (kept ? ", a = :body" : ""),
                "#t = :token",
                Map.of("#t", "t"));
    }

    /** Forgets a request whose run changed nothing, so that the key can be sent with another body; 1 WCU. */
    void release(Request request, Attempt attempt, Instant now) {
        update(
                request,
                Map.of(":token", s(attempt.token()), ":now", n(now.getEpochSecond())),
                "SET #ttl = :now",
                "#t = :token",
                Map.of("#t", "t", "#ttl", "ttl"));
    }

    /** Lets the next run of a request begin at once, with the same seed; 1 WCU. */
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
            throw new UncheckedIOException("memory can be written", e);
        }
        return bytes.toByteArray();
    }

    private static String unpacked(byte[] packed) {
        try (InflaterInputStream in = new InflaterInputStream(new ByteArrayInputStream(packed))) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException("a stored answer can be read", e);
        }
    }

    /** Updates the record; returns the item that is there if the condition does not hold. */
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
