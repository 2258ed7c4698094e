package dev.statecraft.leaderboard.match;

import static dev.statecraft.table.Attributes.n;
import static dev.statecraft.table.Attributes.s;

import dev.statecraft.leaderboard.board.Board;
import dev.statecraft.leaderboard.entry.Entry;
import dev.statecraft.leaderboard.entry.EntryItems;
import dev.statecraft.leaderboard.entry.MatchRecord;
import dev.statecraft.table.PartitionKey;
import dev.statecraft.table.TableNames;
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
 * The matches of RATING boards: records in the boards table, written together with the players' entries.
 *
 * <ul>
 *   <li>Key: {@code pk} = game#match#board#epoch#match, {@code sk} = {@code match}; one partition a match, so that they
 *       spread. Attributes: {@code body} hash of what was sent, {@code season}, {@code at}, {@code changes} packed,
 *       missing while the match is only announced, {@code ttl}.
 *   <li>Guard of a match: its record must not exist, every entry must be at the version the match was reckoned on; all
 *       in one transaction. Matches that an instance rates together are one transaction.
 *   <li>A transaction takes 100 items. For a match of as many players the record is announced first, and the entry of
 *       the first player carries the finished record along until it stands in its own place.
 * </ul>
 */
@ApplicationScoped
public class MatchStore {

    /** Most items in one transaction. */
    public static final int MOST_ITEMS = 100;

    private static final String CONDITION_FAILED = "ConditionalCheckFailed";

    /** What DynamoDB cancels a transaction for that passes by itself; in the words of its cancellation reasons. */
    private static final Set<String> PASSING =
            Set.of(CONDITION_FAILED, "TransactionConflict", "ProvisionedThroughputExceeded", "ThrottlingError");

    private final DynamoDbClient dynamo;
    private final TableNames tables;

    public MatchStore(DynamoDbClient dynamo, TableNames tables) {
        this.dynamo = dynamo;
        this.tables = tables;
    }

    /** How writing a match ended; in order of precedence. */
    public sealed interface Writing {}

    /** Some of the matches were recorded before: these are their records, and nothing was written. */
    public record Known(List<MatchRecord> matches) implements Writing {}

    /** Somebody else wrote one of the entries, or is writing it: nothing was written. */
    public record Overtaken() implements Writing {}

    /** Everything is written. */
    public record Written() implements Writing {}

    /** Reads a match, strongly consistent; 1 RCU for 4 KB. Nothing if there is no record of it. */
    public Optional<MatchRecord> read(Board board, String matchId) {
        Map<String, AttributeValue> item = dynamo.getItem(get ->
                        get.tableName(tables.boards()).key(key(board, matchId)).consistentRead(true))
                .item();
        return item.isEmpty() ? Optional.empty() : Optional.of(EntryItems.fromMap(item));
    }

    /** An entry to write, and the version it was computed from. */
    public record Replaced(Entry entry, long expectedVersion) {}

    /**
     * Writes the entries of all players and records of matches, all or nothing. Twice the capacity of single writes:
     * 2 WCU an entry and its index writes, 2 for each KB of a record.
     *
     * @param entries together with the records no more than {@link #MOST_ITEMS}
     * @param kept how long the records are kept
     */
    public Writing write(Board board, int season, List<Replaced> entries, List<MatchRecord> matches, Duration kept) {
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
        try {
            // The SDK sends a token along, so that a repeated call whose answer was lost is one transaction.
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
            if (reasons.stream().anyMatch(reason -> PASSING.contains(reason.code()))) {
                return new Overtaken();
            }
            throw e;
        }
    }

    /**
     * Announces a match; 1 WCU.
     *
     * @return the record of the match as it stands: this one, or the one that was there before
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

    /** Puts the record of a match that was rated into its place; the same again changes nothing. */
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
