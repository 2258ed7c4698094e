package dev.statecraft.leaderboard.score;

import static dev.statecraft.table.Attributes.n;
import static dev.statecraft.table.Attributes.s;

import dev.statecraft.leaderboard.board.Board;
import dev.statecraft.leaderboard.entry.Entry;
import dev.statecraft.leaderboard.entry.EntryItems;
import dev.statecraft.leaderboard.entry.Receipt;
import dev.statecraft.leaderboard.settings.Bound;
import dev.statecraft.leaderboard.settings.Operator;
import dev.statecraft.leaderboard.settings.Score;
import dev.statecraft.runtime.RandomUuid;
import dev.statecraft.table.Attributes;
import dev.statecraft.table.Batches;
import dev.statecraft.table.PartitionKey;
import dev.statecraft.table.TableNames;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.CancellationReason;
import software.amazon.awssdk.services.dynamodb.model.ConditionalCheckFailedException;
import software.amazon.awssdk.services.dynamodb.model.Put;
import software.amazon.awssdk.services.dynamodb.model.QueryRequest;
import software.amazon.awssdk.services.dynamodb.model.QueryResponse;
import software.amazon.awssdk.services.dynamodb.model.ReturnValuesOnConditionCheckFailure;
import software.amazon.awssdk.services.dynamodb.model.TransactWriteItem;
import software.amazon.awssdk.services.dynamodb.model.TransactionCanceledException;
import software.amazon.awssdk.services.dynamodb.model.WriteRequest;

/**
 * Reviews of quarantined submissions, in the boards table. A review is written in the same transaction as its entry.
 *
 * <ul>
 *   <li>Key: {@code pk} = game#review#board#epoch, {@code sk} = submission id.
 *   <li>Attributes: {@code player}, {@code s}, {@code u}, {@code meta}, {@code op}, {@code own} (whether the caller chose
 *       the id), {@code season}, {@code bound}, {@code status}, {@code rc} (packed receipt), {@code at}, {@code decidedAt},
 *       {@code ttl} once decided.
 *   <li>Guards: a review is created only if none exists, in one transaction with the entry that stores its receipt at the
 *       version it was computed from. A review is decided only while it is pending; to accept, in one transaction with the
 *       entry that the submission is applied to.
 * </ul>
 */
@ApplicationScoped
public class ReviewStore {

    /** Maximum reviews of one write: a transaction has at most 100 items, and one is the entry. */
    static final int MOST = 99;

    private static final int PAGE = 1000;
    private static final int MOST_PAGES = 10;
    private static final String PENDING = "#status = :pending";
    private static final Map<String, String> STATUS = Map.of("#status", "status");
    private static final Map<String, AttributeValue> IS_PENDING = Map.of(":pending", s(Review.Status.PENDING.name()));
    private static final String CONDITION_FAILED = "ConditionalCheckFailed";

    /** Cancellation reasons of DynamoDB after which a retry can succeed. */
    private static final Set<String> RETRYABLE = Set.of(
            CONDITION_FAILED,
            "TransactionConflict",
            "ProvisionedThroughputExceeded",
            "ThrottlingError",
            "RequestLimitExceeded");

    private final DynamoDbClient dynamo;
    private final TableNames tables;
    private final Batches batches;
    private final RandomGenerator random;

    public ReviewStore(DynamoDbClient dynamo, TableNames tables, Batches batches, RandomGenerator random) {
        this.dynamo = dynamo;
        this.tables = tables;
        this.batches = batches;
        this.random = random;
    }

    /** Result of a transaction. Variants are listed in order of precedence. */
    public sealed interface Writing {}

    /** Existing reviews prevented the write: those with the same ids, or the one that was decided concurrently. */
    public record Taken(List<Review> reviews) implements Writing {}

    /** A concurrent writer changed the entry; nothing was written. */
    public record Overtaken() implements Writing {}

    /** The review no longer exists: its player was erased or its board purged. */
    public record Gone() implements Writing {}

    /** The transaction was committed. */
    public record Written() implements Writing {}

    /** A page of reviews, and the id that the next page starts after; null on the last page. */
    public record ReviewPage(List<Review> reviews, @Nullable String next) {}

    /** Reads a review, strongly consistent. Cost: 1 RCU for each 4 KB. */
    public Optional<Review> read(Board board, String id) {
        Map<String, AttributeValue> item = dynamo.getItem(get ->
                        get.tableName(tables.boards()).key(key(board, id)).consistentRead(true))
                .item();
        return item.isEmpty() ? Optional.empty() : Optional.of(fromItem(item));
    }

    /**
     * Quarantines submissions of one player: writes their reviews and the entry with the receipts, all or nothing. Cost:
     * 2 WCU for each item.
     *
     * @param reviews at most {@link #MOST}
     */
    public Writing put(Board board, List<Review> reviews, Entry entry, long expectedVersion) {
        List<TransactWriteItem> items = new ArrayList<>();
        reviews.forEach(review ->
                items.add(guarded(toItem(board, review), put -> put.conditionExpression("attribute_not_exists(pk)"))));
        items.add(EntryItems.transactional(tables, board, board.season(), entry, expectedVersion));
        return write(items);
    }

    /** Accepts a pending review and writes the entry that it is applied to, both or neither. Cost: 4 WCU and the order index. */
    public Writing accept(Board board, Review accepted, Entry entry, long expectedVersion, Duration kept) {
        return write(List.of(
                guarded(decided(board, accepted, kept), put -> put.conditionExpression(PENDING)
                        .expressionAttributeNames(STATUS)
                        .expressionAttributeValues(IS_PENDING)),
                EntryItems.transactional(tables, board, accepted.season(), entry, expectedVersion)));
    }

    /** Rejects a pending review. Cost: 1 WCU. */
    public Writing reject(Board board, Review rejected, Duration kept) {
        Map<String, AttributeValue> item = new HashMap<>(decided(board, rejected, kept));
        // Two callers may reject in the same millisecond; only one of them must report that it did.
        item.put("once", s(RandomUuid.next(random)));
        try {
            dynamo.putItem(put -> put.tableName(tables.boards())
                    .item(item)
                    .conditionExpression(PENDING)
                    .expressionAttributeNames(STATUS)
                    .expressionAttributeValues(IS_PENDING)
                    .returnValuesOnConditionCheckFailure(ReturnValuesOnConditionCheckFailure.ALL_OLD));
            return new Written();
        } catch (ConditionalCheckFailedException e) {
            // The SDK retries a write whose response was lost; then the stored item equals the written one.
            if (e.item().equals(item)) {
                return new Written();
            }
            return e.item().isEmpty() ? new Gone() : new Taken(List.of(fromItem(e.item())));
        }
    }

    /**
     * Lists reviews ordered by id, eventually consistent. Reviews of another status are skipped up to a limit, so a page may
     * have fewer reviews than requested, or none, and still have a next page.
     *
     * @param status null for all
     */
    public ReviewPage list(Board board, Review.@Nullable Status status, @Nullable String afterId, int limit) {
        List<Review> found = new ArrayList<>();
        String after = afterId;
        for (int page = 0; page < MOST_PAGES; page++) {
            QueryRequest.Builder query = QueryRequest.builder()
                    .tableName(tables.boards())
                    .keyConditionExpression("pk = :pk")
                    .expressionAttributeValues(Map.of(":pk", s(partition(board))))
                    .limit(status == null ? limit + 1 : PAGE);
            if (after != null) {
                query.exclusiveStartKey(key(board, after));
            }
            QueryResponse response = dynamo.query(query.build());
            for (Map<String, AttributeValue> item : response.items()) {
                Review review = fromItem(item);
                if (status == null || status == review.status()) {
                    if (found.size() == limit) {
                        return new ReviewPage(found, found.get(limit - 1).id());
                    }
                    found.add(review);
                }
            }
            after = Attributes.stringOrNull(response.lastEvaluatedKey(), "sk");
            if (after == null) {
                return new ReviewPage(found, null);
            }
        }
        return new ReviewPage(found, after);
    }

    /**
     * Deletes the reviews of a player in any status. Cost: 1 RCU for each 4 KB of all reviews of the board (strongly
     * consistent), and 1 WCU for each deleted KB.
     *
     * @return number of deleted reviews
     */
    public int delete(Board board, String playerId) {
        int deleted = 0;
        Map<String, AttributeValue> start = Map.of();
        do {
            QueryRequest.Builder query = QueryRequest.builder()
                    .tableName(tables.boards())
                    .keyConditionExpression("pk = :pk")
                    .filterExpression("player = :player")
                    .projectionExpression("pk, sk")
                    .expressionAttributeValues(Map.of(":pk", s(partition(board)), ":player", s(playerId)))
                    .consistentRead(true);
            if (!start.isEmpty()) {
                query.exclusiveStartKey(start);
            }
            QueryResponse response = dynamo.query(query.build());
            List<WriteRequest> deletes = response.items().stream()
                    .map(key -> WriteRequest.builder()
                            .deleteRequest(delete -> delete.key(key))
                            .build())
                    .toList();
            batches.write(tables.boards(), deletes);
            deleted += deletes.size();
            start = response.lastEvaluatedKey();
        } while (!start.isEmpty());
        return deleted;
    }

    /** Deletes the first reviews of a deleted board; see {@link Batches#removeFirst}. */
    public Batches.Removed removeFirst(Board board, int limit) {
        return batches.removeFirst(tables.boards(), partition(board), limit);
    }

    private Writing write(List<TransactWriteItem> items) {
        try {
            // The SDK adds a client request token, so its own retry after a lost response does not commit twice.
            dynamo.transactWriteItems(write -> write.transactItems(items));
            return new Written();
        } catch (TransactionCanceledException e) {
            List<Map<String, AttributeValue>> met = e.cancellationReasons().subList(0, items.size() - 1).stream()
                    .filter(reason -> CONDITION_FAILED.equals(reason.code()))
                    .map(CancellationReason::item)
                    .toList();
            if (met.stream().anyMatch(Map::isEmpty)) {
                return new Gone();
            }
            if (!met.isEmpty()) {
                return new Taken(met.stream().map(ReviewStore::fromItem).toList());
            }
            if (e.cancellationReasons().stream().anyMatch(reason -> RETRYABLE.contains(reason.code()))) {
                return new Overtaken();
            }
            throw e;
        }
    }

    private TransactWriteItem guarded(Map<String, AttributeValue> item, UnaryOperator<Put.Builder> guard) {
        Put.Builder put = Put.builder()
                .tableName(tables.boards())
                .item(item)
                .returnValuesOnConditionCheckFailure(ReturnValuesOnConditionCheckFailure.ALL_OLD);
        return TransactWriteItem.builder().put(guard.apply(put).build()).build();
    }

    private static String partition(Board board) {
        return PartitionKey.of(board.game(), "review", board.id(), board.epoch());
    }

    private static Map<String, AttributeValue> key(Board board, String id) {
        return Map.of("pk", s(partition(board)), "sk", s(id));
    }

    private static Map<String, AttributeValue> decided(Board board, Review review, Duration kept) {
        Map<String, AttributeValue> item = toItem(board, review);
        Instant at = review.decidedAt() == null ? review.submittedAt() : review.decidedAt();
        item.put("ttl", n(at.plus(kept).getEpochSecond()));
        return item;
    }

    private static Map<String, AttributeValue> toItem(Board board, Review review) {
        Submission submission = review.submission();
        Map<String, AttributeValue> item = new HashMap<>(key(board, review.id()));
        item.put("player", s(submission.playerId()));
        item.put("s", n(submission.score().value()));
        item.put("u", n(submission.score().subscore()));
        if (submission.metadata() != null) {
            item.put("meta", s(submission.metadata()));
        }
        if (submission.operator() != null) {
            item.put("op", s(submission.operator().name()));
        }
        item.put("own", Attributes.bool(submission.identified()));
        item.put("season", n(review.season()));
        item.put("bound", s(review.bound().name()));
        item.put("status", s(review.status().name()));
        item.put("rc", Attributes.b(Receipt.pack(List.of(review.receipt()))));
        item.put("at", n(review.submittedAt().toEpochMilli()));
        if (review.decidedAt() != null) {
            item.put("decidedAt", n(review.decidedAt().toEpochMilli()));
        }
        return item;
    }

    private static Review fromItem(Map<String, AttributeValue> item) {
        String operator = Attributes.stringOrNull(item, "op");
        Submission submission = new Submission(
                Attributes.string(item, "player"),
                new Score(Attributes.number(item, "s"), Attributes.number(item, "u")),
                Attributes.stringOrNull(item, "meta"),
                Attributes.string(item, "sk"),
                Attributes.flag(item, "own"),
                operator == null ? null : Operator.valueOf(operator));
        return new Review(
                submission,
                (int) Attributes.number(item, "season"),
                Bound.valueOf(Attributes.string(item, "bound")),
                Review.Status.valueOf(Attributes.string(item, "status")),
                Receipt.unpack(Attributes.bytes(item, "rc")).get(0),
                Instant.ofEpochMilli(Attributes.number(item, "at")),
                item.containsKey("decidedAt") ? Instant.ofEpochMilli(Attributes.number(item, "decidedAt")) : null);
    }
}
