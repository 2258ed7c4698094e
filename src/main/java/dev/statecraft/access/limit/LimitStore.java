package dev.statecraft.access.limit;

import static dev.statecraft.table.Attributes.n;
import static dev.statecraft.table.Attributes.s;

import dev.statecraft.runtime.RandomUuid;
import dev.statecraft.table.Attributes;
import dev.statecraft.table.PartitionKey;
import dev.statecraft.table.TableNames;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.ConditionalCheckFailedException;
import software.amazon.awssdk.services.dynamodb.model.ReturnValuesOnConditionCheckFailure;
import software.amazon.awssdk.services.dynamodb.model.UpdateItemRequest;

/**
 * Token buckets and used nonces, in the limits table.
 *
 * <ul>
 *   <li>A bucket: {@code pk} = game#bucket#holder, {@code sk} = {@code bucket}, {@code f} the time at which it is full
 *       again, in Unix microseconds ({@link TokenBucket}), {@code ttl}.
 *   <li>A nonce: {@code pk} = game#nonce#key#nonce, {@code sk} = {@code nonce}, {@code t} token of the write,
 *       {@code ttl}.
 *   <li>Guards: tokens are taken only if {@code f} allows it; a nonce is stored once.
 * </ul>
 */
@ApplicationScoped
public class LimitStore {

    /** Maximum number of writes that lose to concurrent writers; then one token is granted without a write. */
    private static final int ATTEMPTS = 5;

    /** How long a full bucket is retained. */
    private static final long RETENTION_SECONDS = 3_600;

    private final DynamoDbClient dynamo;
    private final TableNames tables;
    private final RandomGenerator random;

    public LimitStore(DynamoDbClient dynamo, TableNames tables, RandomGenerator random) {
        this.dynamo = dynamo;
        this.tables = tables;
        this.random = random;
    }

    /**
     * Result of a request for tokens.
     *
     * @param tokens number of tokens taken; 0 if the bucket has too few
     * @param waitMicros time until the bucket has enough tokens, in microseconds
     */
    record Taken(int tokens, long waitMicros) {}

    /**
     * Takes up to {@code wanted} tokens. After repeated conflicts with concurrent writers it grants one token without a
     * write. Cost: 1 WCU if the bucket is in use and has the wanted tokens, otherwise 2 WCU.
     *
     * @param least minimum number of tokens; none are taken if the bucket has fewer
     */
    Taken take(String game, String holder, TokenBucket bucket, int least, int wanted, Instant at) {
        long now = TimeUnit.SECONDS.toMicros(at.getEpochSecond()) + at.getNano() / 1_000;
        Map<String, AttributeValue> known = add(game, holder, bucket, wanted, now);
        for (int attempt = 0; attempt < ATTEMPTS && known != null; attempt++) {
            long fullAt = Attributes.number(known, "f", 0);
            int tokens = Math.min(wanted, bucket.tokens(fullAt, now));
            if (tokens < least) {
                return new Taken(0, bucket.waitMicros(fullAt, now, least));
            }
            known = replace(game, holder, fullAt, bucket.take(fullAt, now, tokens));
            if (known == null) {
                return new Taken(tokens, 0);
            }
        }
        return new Taken(known == null ? wanted : 1, 0);
    }

    /** Takes tokens from a bucket that is in use and has enough. Returns null if taken, otherwise the current item. */
    private @Nullable Map<String, AttributeValue> add(
            String game, String holder, TokenBucket bucket, int wanted, long now) {
        Map<String, AttributeValue> values = new HashMap<>();
        values.put(":cost", n(bucket.cost(wanted)));
        values.put(":now", n(now));
        values.put(":latest", n(bucket.latest(now, wanted)));
        values.put(":ttl", n(deleteAtSeconds(now)));
        return update(request(game, holder)
                .updateExpression("SET f = f + :cost, #ttl = :ttl")
                .conditionExpression("f BETWEEN :now AND :latest")
                .expressionAttributeValues(values));
    }

    private @Nullable Map<String, AttributeValue> replace(String game, String holder, long seen, long fullAt) {
        Map<String, AttributeValue> values = new HashMap<>();
        values.put(":full", n(fullAt));
        values.put(":ttl", n(deleteAtSeconds(fullAt)));
        if (seen > 0) {
            values.put(":seen", n(seen));
        }
        return update(request(game, holder)
                .updateExpression("SET f = :full, #ttl = :ttl")
                .conditionExpression(seen > 0 ? "f = :seen" : "attribute_not_exists(f)")
                .expressionAttributeValues(values));
    }

    private static long deleteAtSeconds(long micros) {
        return TimeUnit.MICROSECONDS.toSeconds(micros) + RETENTION_SECONDS;
    }

    private UpdateItemRequest.Builder request(String game, String holder) {
        return UpdateItemRequest.builder()
                .tableName(tables.limits())
                .key(Map.of("pk", s(PartitionKey.of(game, "bucket", holder)), "sk", s("bucket")))
                .expressionAttributeNames(Map.of("#ttl", "ttl"))
                .returnValuesOnConditionCheckFailure(ReturnValuesOnConditionCheckFailure.ALL_OLD);
    }

    private @Nullable Map<String, AttributeValue> update(UpdateItemRequest.Builder request) {
        try {
            dynamo.updateItem(request.build());
            return null;
        } catch (ConditionalCheckFailedException e) {
            return e.hasItem() ? e.item() : Map.of();
        }
    }

    /**
     * Records the use of a nonce. Cost: 1 WCU.
     *
     * @param retention how long the nonce is stored
     * @return false if the nonce was used before
     */
    public boolean useNonce(String game, String key, String nonce, Instant now, Duration retention) {
        Map<String, AttributeValue> item = Map.of(
                "pk", s(PartitionKey.of(game, "nonce", key, nonce)),
                "sk", s("nonce"),
                "t", s(RandomUuid.next(random)),
                "ttl", n(now.plus(retention).getEpochSecond() + 1));
        try {
            dynamo.putItem(put -> put.tableName(tables.limits())
                    .item(item)
                    .conditionExpression("attribute_not_exists(pk)")
                    .returnValuesOnConditionCheckFailure(ReturnValuesOnConditionCheckFailure.ALL_OLD));
            return true;
        } catch (ConditionalCheckFailedException e) {
            // The SDK repeats a write whose response was lost; the stored item then has the token of this write.
            return e.item().equals(item);
        }
    }
}
