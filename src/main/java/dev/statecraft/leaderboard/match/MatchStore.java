package dev.statecraft.leaderboard.match;

import static dev.statecraft.table.Attributes.n;
import static dev.statecraft.table.Attributes.s;

import dev.statecraft.leaderboard.board.Board;
import dev.statecraft.leaderboard.entry.Entry;
import dev.statecraft.leaderboard.entry.EntryItems;
import dev.statecraft.leaderboard.entry.MatchRecord;
import dev.statecraft.table.PartitionKey;
import dev.statecraft.table.TableNames;
import dev.statecraft.table.TransactionWrites;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.CancellationReason;
import software.amazon.awssdk.services.dynamodb.model.ConditionalCheckFailedException;
import software.amazon.awssdk.services.dynamodb.model.PutItemRequest;
import software.amazon.awssdk.services.dynamodb.model.ReturnValuesOnConditionCheckFailure;
import software.amazon.awssdk.services.dynamodb.model.TransactWriteItem;
import software.amazon.awssdk.services.dynamodb.model.TransactionCanceledException;

/**
 * Records of matches on RATING boards, in the boards table. A record is written in the same transaction as the entries of
 * the players.
 *
 * <ul>
 *   <li>Key: {@code pk} = game#match#board#epoch#match, {@code sk} = {@code match}; one partition for each
 *       match. Attributes: {@code body} (hash of the request), {@code season}, {@code at}, {@code changes} (packed;
 *       absent while the match is only announced), {@code ttl}.
 *   <li>Guard: the record must not exist, and every entry must have the version that the match was computed from, all in
 *       one transaction. Matches that an instance rates together share a transaction.
 *   <li>A transaction has at most 100 items. For a match of 100 players the record is announced first, and the entry of
 *       the first player stores a copy of the finished record until the record itself is written.
 * </ul>
 */
@ApplicationScoped
public class MatchStore {

    /** Maximum items of one transaction. */
    public static final int MOST_ITEMS = 100;

    private static final String CONDITION_FAILED = "ConditionalCheckFailed";

    /** Cancellation reasons of DynamoDB after which a retry can succeed. */
    private static final Set<String> RETRYABLE =
            Set.of(CONDITION_FAILED, "TransactionConflict", "ProvisionedThroughputExceeded", "ThrottlingError");

    private final DynamoDbClient dynamo;
    private final TableNames tables;

    public MatchStore(DynamoDbClient dynamo, TableNames tables) {
        this.dynamo = dynamo;
        this.tables = tables;
    }

    /** Result of a write. Variants are listed in order of precedence. */
    public sealed interface Writing {}

    /** Some of the matches have records already, which are returned; nothing was written. */
    public record Known(List<MatchRecord> matches) implements Writing {}

    /** A concurrent writer changed one of the entries; nothing was written. */
    public record Overtaken() implements Writing {}

    /** The transaction was committed. */
    public record Written() implements Writing {}

    /** Reads the record of a match, strongly consistent; empty if there is none. Cost: 1 RCU for each 4 KB. */
    public Optional<MatchRecord> read(Board board, String matchId) {
        Map<String, AttributeValue> item = dynamo.getItem(get ->
                        get.tableName(tables.boards()).key(key(board, matchId)).consistentRead(true))
                .item();
        return item.isEmpty() ? Optional.empty() : Optional.of(EntryItems.fromMap(item));
    }

    /** An entry to write, and the version that it was computed from. */
    public record Replaced(Entry entry, long expectedVersion) {}

    /**
     * Writes the entries of all players and the records of their matches, all or nothing. Cost: 2 WCU for each entry and
     * each of its index writes, and 2 WCU for each KB of a record.
     *
     * @param entries entries and records together are at most {@link #MOST_ITEMS}
     * @param kept how long the records are stored
     */
    public Writing write(Board board, int season, List<Replaced> entries, List<MatchRecord> matches, Duration kept) {
        return write(board, season, entries, matches, kept, TransactionWrites.NONE);
    }

    /**
     * Writes the entries of all players, the records of their matches and other items, all or nothing.
     *
     * @param entries entries, records and other items together are at most {@link #MOST_ITEMS}
     */
    Writing write(
            Board board,
            int season,
            List<Replaced> entries,
            List<MatchRecord> matches,
            Duration kept,
            TransactionWrites others) {
        List<TransactWriteItem> items = new ArrayList<>();
        for (MatchRecord match : matches) {
            items.add(TransactWriteItem.builder()
                    .put(put -> put.tableName(tables.boards())
                            .item(toItem(board, match, kept))
                            .conditionExpression("attribute_not_exists(pk)")
                            .returnValuesOnConditionCheckFailure(ReturnValuesOnConditionCheckFailure.ALL_OLD))
                    .build());
        }
        entries.forEach(entry ->
                items.add(EntryItems.transactional(tables, board, season, entry.entry(), entry.expectedVersion())));
        items.addAll(others.items());
        try {
            // The SDK adds a client request token, so its own retry after a lost response does not commit twice.
            dynamo.transactWriteItems(write -> write.transactItems(items));
            return new Written();
        } catch (TransactionCanceledException e) {
            List<CancellationReason> reasons = e.cancellationReasons();
            List<MatchRecord> known = reasons.subList(0, matches.size()).stream()
                    .filter(reason -> CONDITION_FAILED.equals(reason.code()))
                    .map(reason -> EntryItems.fromMap(reason.item()))
                    .toList();
            if (!known.isEmpty()) {
                return new Known(known);
            }
            if (reasons.stream().anyMatch(reason -> RETRYABLE.contains(reason.code()))) {
                return new Overtaken();
            }
            throw e;
        }
    }

    /**
     * Announces a match: stores its record without changes if there is no record yet. Cost: 1 WCU.
     *
     * @return the stored record: the given one, or the one that existed before
     */
    public MatchRecord announce(Board board, MatchRecord match, Duration kept) {
        PutItemRequest put = PutItemRequest.builder()
                .tableName(tables.boards())
                .item(toItem(board, match, kept))
                .conditionExpression("attribute_not_exists(pk)")
                .returnValuesOnConditionCheckFailure(ReturnValuesOnConditionCheckFailure.ALL_OLD)
                .build();
        try {
            dynamo.putItem(put);
            return match;
        } catch (ConditionalCheckFailedException e) {
            return EntryItems.fromMap(e.item());
        }
    }

    /** Stores the record of a rated match. Idempotent. Cost: 1 WCU for each KB. */
    public void confirm(Board board, MatchRecord match, Duration kept) {
        dynamo.putItem(put -> put.tableName(tables.boards()).item(toItem(board, match, kept)));
    }

    private static Map<String, AttributeValue> key(Board board, String matchId) {
        return Map.of(
                "pk", s(PartitionKey.of(board.game(), "match", board.id(), board.epoch(), matchId)), "sk", s("match"));
    }

    private static Map<String, AttributeValue> toItem(Board board, MatchRecord match, Duration kept) {
        Map<String, AttributeValue> item = new HashMap<>(key(board, match.matchId()));
        item.putAll(EntryItems.toMap(match));
        item.put("ttl", n((match.at() + kept.toMillis()) / 1_000));
        return item;
    }
}
