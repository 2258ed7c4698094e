package dev.statecraft.leaderboard.season;

import static dev.statecraft.table.Attributes.n;
import static dev.statecraft.table.Attributes.s;

import dev.statecraft.leaderboard.board.Board;
import dev.statecraft.leaderboard.settings.Score;
import dev.statecraft.table.Attributes;
import dev.statecraft.table.Batches;
import dev.statecraft.table.ConditionalPut;
import dev.statecraft.table.ItemChange;
import dev.statecraft.table.PaddedNumber;
import dev.statecraft.table.PartitionKey;
import dev.statecraft.table.ScanPage;
import dev.statecraft.table.TableNames;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.QueryRequest;
import software.amazon.awssdk.services.dynamodb.model.QueryResponse;

/**
 * The awards of closed seasons, in the boards table. Each item contains a page of awards.
 *
 * <ul>
 *   <li>Key: {@code pk} = game#awards#board#epoch#season, {@code sk} = position of the last award of the page.
 *   <li>Conditions: a page is written without a condition. Repeated writes store the same item, because the ranking of a
 *       finalized season does not change. Anonymization requires that the stored awards are the awards that were read.
 * </ul>
 */
@ApplicationScoped
public class AwardStore {

    private final DynamoDbClient dynamo;
    private final TableNames tables;
    private final Batches batches;

    public AwardStore(DynamoDbClient dynamo, TableNames tables, Batches batches) {
        this.dynamo = dynamo;
        this.tables = tables;
        this.batches = batches;
    }

    /** Stores a page of awards, ordered by position. Cost: about 1 WCU per 12 awards. */
    public void put(Board board, int season, List<Award> awards) {
        Award last = awards.get(awards.size() - 1);
        Map<String, AttributeValue> item = new HashMap<>(key(board, season, last.position()));
        item.put("awards", toList(awards));
        dynamo.putItem(put -> put.tableName(tables.boards()).item(item));
    }

    /** Lists awards by position, after {@code afterPosition}, strongly consistent. Cost: about 1 RCU per 50 awards. */
    public List<Award> list(Board board, int season, long afterPosition, int limit) {
        List<Award> found = new ArrayList<>();
        Map<String, AttributeValue> start = Map.of();
        do {
            QueryRequest.Builder query = QueryRequest.builder()
                    .tableName(tables.boards())
                    .keyConditionExpression("pk = :pk AND sk > :after")
                    .expressionAttributeValues(
                            Map.of(":pk", s(partition(board, season)), ":after", s(sortKey(afterPosition))))
                    .consistentRead(true)
                    .limit(1);
            if (!start.isEmpty()) {
                query.exclusiveStartKey(start);
            }
            QueryResponse response = dynamo.query(query.build());
            for (Map<String, AttributeValue> item : response.items()) {
                Attributes.list(item, "awards").stream()
                        .map(award -> fromList(award.l()))
                        .filter(award -> award.position() > afterPosition)
                        .limit(limit - found.size())
                        .forEach(found::add);
            }
            start = response.lastEvaluatedKey();
        } while (!start.isEmpty() && found.size() < limit);
        return found;
    }

    /**
     * Anonymizes a player in the awards of a season: removes the player id. Concurrent calls are safe. Cost: 1 RCU per 4 KB of
     * awards, and 1 WCU per KB of changed pages.
     *
     * @return number of changed pages
     */
    public int makeAnonymous(Board board, int season, String playerId) {
        int changed = 0;
        Map<String, AttributeValue> start = Map.of();
        do {
            QueryRequest.Builder query = QueryRequest.builder()
                    .tableName(tables.boards())
                    .keyConditionExpression("pk = :pk")
                    .expressionAttributeValues(Map.of(":pk", s(partition(board, season))))
                    .consistentRead(true);
            if (!start.isEmpty()) {
                query.exclusiveStartKey(start);
            }
            QueryResponse response = dynamo.query(query.build());
            for (Map<String, AttributeValue> item : response.items()) {
                changed +=
                        ConditionalPut.write(dynamo, tables.boards(), item, "awards", read -> without(read, playerId))
                                ? 1
                                : 0;
            }
            start = response.lastEvaluatedKey();
        } while (!start.isEmpty());
        return changed;
    }

    /** The awards of a page with a player anonymized; empty if the player is not on the page. */
    private static Optional<AttributeValue> without(Map<String, AttributeValue> item, String playerId) {
        List<Award> awards = awards(item);
        return awards.stream().anyMatch(award -> award.playerId().equals(playerId))
                ? Optional.of(toList(awards.stream()
                        .map(award -> award.playerId().equals(playerId) ? award.anonymous() : award)
                        .toList()))
                : Optional.empty();
    }

    /** Deletes the first award pages of a season of a deleted board; see {@link Batches#removeFirst}. */
    public Batches.Removed removeFirst(Board board, int season, int limit) {
        return batches.removeFirst(tables.boards(), partition(board, season), limit);
    }

    private static List<Award> awards(Map<String, AttributeValue> item) {
        return Attributes.list(item, "awards").stream()
                .map(award -> fromList(award.l()))
                .toList();
    }

    private static AttributeValue toList(List<Award> awards) {
        return AttributeValue.fromL(awards.stream()
                .map(award -> AttributeValue.fromL(List.of(
                        s(award.playerId()),
                        n(award.position()),
                        n(award.rank()),
                        n(award.score().value()),
                        n(award.score().subscore()),
                        n(award.reward()))))
                .toList());
    }

    private static Award fromList(List<AttributeValue> award) {
        return new Award(
                award.get(0).s(),
                Long.parseLong(award.get(1).n()),
                Long.parseLong(award.get(2).n()),
                new Score(
                        Long.parseLong(award.get(3).n()),
                        Long.parseLong(award.get(4).n())),
                Integer.parseInt(award.get(5).n()));
    }

    private static String partition(Board board, int season) {
        return PartitionKey.of(board.game(), "awards", board.id(), board.epoch(), season);
    }

    private static String sortKey(long position) {
        return PaddedNumber.of(position, 16);
    }

    private static Map<String, AttributeValue> key(Board board, int season, long position) {
        return Map.of("pk", s(partition(board, season)), "sk", s(sortKey(position)));
    }

    /**
     * The newly granted awards in a stream record of the boards table: awards of players who were not on the page before.
     * Empty if there are none, or if the record is not about awards. Anonymization grants no award.
     */
    public static Optional<AwardsGiven> granted(ItemChange change) {
        Map<String, AttributeValue> item = change.after();
        if (item == null) {
            return Optional.empty();
        }
        String[] key = Attributes.string(item, "pk").split("#", -1);
        if (key.length != 5 || !key[1].equals("awards")) {
            return Optional.empty();
        }
        Map<String, AttributeValue> before = change.before();
        Set<String> awardedBefore = (before == null ? List.<Award>of() : awards(before))
                .stream().map(Award::playerId).collect(Collectors.toSet());
        List<Award> granted = awards(item).stream()
                .filter(award -> !awardedBefore.contains(award.playerId())
                        && !award.playerId().equals(ScanPage.ERASED_PLAYER))
                .toList();
        return granted.isEmpty()
                ? Optional.empty()
                : Optional.of(
                        new AwardsGiven(key[0], key[2], Integer.parseInt(key[3]), Integer.parseInt(key[4]), granted));
    }
}
