package dev.statecraft.leaderboard.rank;

import static dev.statecraft.table.Attributes.n;
import static dev.statecraft.table.Attributes.s;

import dev.statecraft.leaderboard.board.Board;
import dev.statecraft.leaderboard.entry.ScorePath;
import dev.statecraft.table.Attributes;
import dev.statecraft.table.Batches;
import dev.statecraft.table.Parallel;
import dev.statecraft.table.PartitionKey;
import dev.statecraft.table.TableNames;
import jakarta.enterprise.context.ApplicationScoped;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.ConditionalCheckFailedException;
import software.amazon.awssdk.services.dynamodb.model.KeysAndAttributes;
import software.amazon.awssdk.services.dynamodb.model.QueryResponse;
import software.amazon.awssdk.services.dynamodb.model.ReturnValue;
import software.amazon.awssdk.services.dynamodb.model.ReturnValuesOnConditionCheckFailure;
import software.amazon.awssdk.services.dynamodb.model.UpdateItemRequest;
import software.amazon.awssdk.services.dynamodb.model.WriteRequest;

/**
 * The ranks table: nodes of rank trees, written by the stream consumer only.
 *
 * <ul>
 *   <li>Key: {@code pk} = game#board#epoch#season#generation (one tree), {@code sk} = path of the node.
 *   <li>Attributes: the count of each child under the child's number; for each lane {@code w<lane>}, the sequence number of
 *       the last counted change, {@code t<lane>}, the newest write time of a counted change, and {@link CountedWrites}:
 *       {@code c<lane>}, a set of the players with the newest counted writes, and {@code f<lane>}, the bound of all others
 *       (absent for 0). In roots {@code k<lane>}, the number of the last lane marker. On boards with DENSE ranking {@code n}, the version of the node, and for each child {@code d<child>}, the
 *       number of distinct scores in the child's node, {@code z<child>}, its number of entries (of a root of subscores), and
 *       {@code e<child>}, the version of the child's node with these counts.
 *   <li>Guards: a write of counts requires that the lane's watermark is before the first change of the write; a write of a
 *       child's counts requires that the stored version of the child is older.
 * </ul>
 */
@ApplicationScoped
public class RankStore {

    /** Not the key of a tree, which contains the game and the board. */
    private static final String NOWHERE = "~";

    private final DynamoDbClient dynamo;
    private final TableNames tables;
    private final Parallel parallel;
    private final Batches batches;
    private final KnownNodes known = new KnownNodes();

    public RankStore(DynamoDbClient dynamo, TableNames tables, Batches batches, Parallel parallel) {
        this.dynamo = dynamo;
        this.tables = tables;
        this.parallel = parallel;
        this.batches = batches;
    }

    /** Partition key of one generation of a season's tree. */
    public static String treeKey(Board board, int season, int generation) {
        return PartitionKey.of(board.game(), board.id(), board.epoch(), season, generation);
    }

    /**
     * The trees that together count a season: one, or two during a rebuild.
     */
    public static List<String> treesOf(Board board, int season) {
        String tree = treeKey(board, season, board.generation(season));
        Board.Mending mending = board.mending();
        return mending == null || mending.season() != season
                ? List.of(tree)
                : List.of(tree, treeKey(board, season, mending.from()));
    }

    /**
     * Reads nodes, eventually consistent. Cost: 0.5 RCU for each node, one round trip for 100; more are read in parallel.
     *
     * @param trees the trees whose counts are added
     * @return the nodes found, by path
     */
    public Map<String, RankNode> read(List<String> trees, Collection<String> nodes) {
        return read(List.of(new Wanted(trees, nodes))).get(0);
    }

    /** Reads nodes, strongly consistent. Cost: 1 RCU for each node, one round trip for 100. */
    public Map<String, RankNode> readLatest(List<String> trees, Collection<String> nodes) {
        return read(List.of(new Wanted(trees, nodes)), true).get(0);
    }

    /** Keys of nodes, and the trees whose counts are added. */
    public record Wanted(List<String> trees, Collection<String> nodes) {}

    /** Reads nodes of seasons of different boards with shared requests, in the given order. */
    public List<Map<String, RankNode>> read(List<Wanted> seasons) {
        return read(seasons, false);
    }

    private List<Map<String, RankNode>> read(List<Wanted> seasons, boolean consistent) {
        List<Map<String, AttributeValue>> keys = new ArrayList<>();
        Map<String, Map<String, RankNode>> byTree = new HashMap<>();
        List<Map<String, RankNode>> found = new ArrayList<>();
        for (Wanted season : seasons) {
            Map<String, RankNode> nodes = new HashMap<>();
            found.add(nodes);
            for (String tree : season.trees()) {
                byTree.put(tree, nodes);
                season.nodes().stream().distinct().forEach(node -> keys.add(RankNodeItems.key(tree, node)));
            }
        }
        List<Callable<List<Map<String, AttributeValue>>>> reads = new ArrayList<>();
        for (int from = 0; from < keys.size(); from += Batches.READ_LIMIT) {
            List<Map<String, AttributeValue>> part =
                    keys.subList(from, Math.min(keys.size(), from + Batches.READ_LIMIT));
            reads.add(() -> batch(part, consistent));
        }
        // A single batch is read in the thread of the caller, which may already belong to the pool.
        List<List<Map<String, AttributeValue>>> items =
                keys.size() <= Batches.READ_LIMIT ? List.of(batch(keys, consistent)) : parallel.all(reads);
        items.stream().flatMap(List::stream).forEach(item -> Objects.requireNonNull(
                        byTree.get(Attributes.string(item, "pk")))
                .merge(Attributes.string(item, "sk"), RankNodeItems.fromItem(item), RankNode::plus));
        return found;
    }

    private List<Map<String, AttributeValue>> batch(List<Map<String, AttributeValue>> keys, boolean consistent) {
        return keys.isEmpty()
                ? List.of()
                : batches.get(Map.of(
                                tables.ranks(),
                                KeysAndAttributes.builder()
                                        .keys(keys)
                                        .consistentRead(consistent)
                                        .build()))
                        .getOrDefault(tables.ranks(), List.of());
    }

    /** Reads one node; {@link RankNode#EMPTY} if it does not exist. */
    public RankNode read(List<String> trees, String node) {
        return read(trees, List.of(node)).getOrDefault(node, RankNode.EMPTY);
    }

    /** Reads the roots of trees, without roots that do not exist. */
    public Map<String, RankNode> roots(List<String> trees) {
        Map<String, RankNode> found = new HashMap<>();
        for (int from = 0; from < trees.size(); from += Batches.READ_LIMIT) {
            var part = KeysAndAttributes.builder()
                    .keys(trees.subList(from, Math.min(trees.size(), from + Batches.READ_LIMIT)).stream()
                            .map(tree -> RankNodeItems.key(tree, ScorePath.ROOT))
                            .toList())
                    .build();
            batches.get(Map.of(tables.ranks(), part))
                    .getOrDefault(tables.ranks(), List.of())
                    .forEach(item -> found.put(Attributes.string(item, "pk"), RankNodeItems.fromItem(item)));
        }
        return found;
    }

    /**
     * Counts a delta if the node has not counted its first change yet. Cost: 1 WCU for a node below 1 KB; one more if this
     * instance does not know the lane of the node as it is stored, and either the changes are older than a counted one or the
     * node stores the last writes of many players.
     *
     * @return empty if it is counted; otherwise the node's watermark of the lane
     */
    public Optional<BigInteger> count(NodeDelta delta) {
        return write(delta).watermark();
    }

    /**
     * Result of a write.
     *
     * @param watermark empty if the delta was counted; otherwise the node's watermark of the lane
     * @param repeated whether at least a part of it was written already: by a process that may have stopped since, or by this
     *     one, because the SDK sends a write again if its response was lost
     * @param before the node before the write; equal to {@code after} if nothing was written
     * @param after the node after the write; only for a tree that counts distinct scores and a counted delta
     */
    public record Written(Optional<BigInteger> watermark, boolean repeated, RankNode before, RankNode after) {}

    /** Counts a delta as {@link #count} does, and returns the node of a tree with distinct scores before and after. */
    public Written write(NodeDelta delta) {
        KnownNodes.Lane lane = known.of(delta);
        while (true) {
            RankNodeItems.Counting counting = RankNodeItems.counting(tables.ranks(), delta, lane);
            try {
                RankNode before = RankNodeItems.fromItem(
                        dynamo.updateItem(counting.request()).attributes());
                known.put(delta, counting.lane(before));
                return new Written(Optional.empty(), false, before, before.counted(delta));
            } catch (ConditionalCheckFailedException e) {
                RankNode met = RankNodeItems.fromItem(e.item());
                BigInteger watermark = met.watermarks().getOrDefault(delta.lane(), BigInteger.ZERO);
                lane = KnownNodes.Lane.of(met, delta.lane());
                if (lane != null) {
                    known.put(delta, lane);
                }
                if (watermark.compareTo(delta.first()) >= 0) {
                    return new Written(Optional.of(watermark), true, met, met);
                }
            }
        }
    }

    /**
     * Connects to the table by a write whose condition never holds. The stream consumer may only write, so this is its one
     * request without effects. Cost: 1 WCU.
     *
     * @return false, because there is no such node
     */
    boolean connect() {
        try {
            dynamo.updateItem(update -> update.tableName(tables.ranks())
                    .key(RankNodeItems.key(NOWHERE, ScorePath.ROOT))
                    .updateExpression("REMOVE n")
                    .conditionExpression("attribute_exists(pk)"));
            return true;
        } catch (ConditionalCheckFailedException e) {
            return false;
        }
    }

    /**
     * Stores the counts of children's nodes, unless the node has a newer version of them. Cost: 1 WCU for a node below 1 KB,
     * and one more if another writer stored a newer version concurrently.
     */
    public Written note(String tree, String node, Map<Integer, RankNode.Below> below) {
        Map<Integer, RankNode.Below> left = new TreeMap<>(below);
        boolean repeated = false;
        while (true) {
            try {
                RankNode before = RankNodeItems.fromItem(
                        dynamo.updateItem(noting(tree, node, left)).attributes());
                return new Written(Optional.empty(), repeated, before, before.knowing(left));
            } catch (ConditionalCheckFailedException e) {
                repeated = true;
                RankNode met = RankNodeItems.fromItem(e.item());
                left.entrySet().removeIf(child -> {
                    RankNode.Below known = met.below().get(child.getKey());
                    return known != null && known.version() >= child.getValue().version();
                });
                if (left.isEmpty()) {
                    return new Written(Optional.empty(), true, met, met);
                }
            }
        }
    }

    private UpdateItemRequest noting(String tree, String node, Map<Integer, RankNode.Below> below) {
        Map<String, String> names = new HashMap<>(Map.of("#n", "n"));
        Map<String, AttributeValue> values = new HashMap<>(Map.of(":one", n(1)));
        List<String> set = new ArrayList<>();
        List<String> condition = new ArrayList<>();
        below.forEach((child, counted) -> {
            names.put("#d" + child, "d" + child);
            names.put("#e" + child, "e" + child);
            values.put(":d" + child, n(counted.distinct()));
            values.put(":e" + child, n(counted.version()));
            set.add("#d" + child + " = :d" + child);
            set.add("#e" + child + " = :e" + child);
            if (ScorePath.exact(node, child)) {
                names.put("#z" + child, "z" + child);
                values.put(":z" + child, n(counted.total()));
                set.add("#z" + child + " = :z" + child);
            }
            condition.add("(attribute_not_exists(#e" + child + ") OR #e" + child + " < :e" + child + ")");
        });
        return UpdateItemRequest.builder()
                .tableName(tables.ranks())
                .key(RankNodeItems.key(tree, node))
                .updateExpression("SET " + String.join(", ", set) + " ADD #n :one")
                .conditionExpression(String.join(" AND ", condition))
                .expressionAttributeNames(names)
                .expressionAttributeValues(values)
                .returnValues(ReturnValue.ALL_OLD)
                .returnValuesOnConditionCheckFailure(ReturnValuesOnConditionCheckFailure.ALL_OLD)
                .build();
    }

    /** All nodes of a tree by path, strongly consistent, for the consistency check. The cost grows with the tree. */
    public NavigableMap<String, RankNode> all(String tree) {
        NavigableMap<String, RankNode> nodes = new TreeMap<>();
        Map<String, AttributeValue> start = Map.of();
        do {
            Map<String, AttributeValue> from = start;
            QueryResponse response = dynamo.query(query -> query.tableName(tables.ranks())
                    .keyConditionExpression("pk = :pk")
                    .expressionAttributeValues(Map.of(":pk", s(tree)))
                    .consistentRead(true)
                    .exclusiveStartKey(from.isEmpty() ? null : from));
            response.items().forEach(item -> nodes.put(Attributes.string(item, "sk"), RankNodeItems.fromItem(item)));
            start = response.lastEvaluatedKey();
        } while (!start.isEmpty());
        return nodes;
    }

    /** Deletes nodes of a tree that is no longer read. */
    public void delete(String tree, Collection<String> nodes) {
        List<WriteRequest> requests = new ArrayList<>();
        nodes.forEach(node -> requests.add(WriteRequest.builder()
                .deleteRequest(delete -> delete.key(RankNodeItems.key(tree, node)))
                .build()));
        batches.write(tables.ranks(), requests);
    }

    /** Deletes the first nodes of a tree that is no longer read; see {@link Batches#removeFirst}. */
    public Batches.Removed removeFirst(String tree, int limit) {
        return batches.removeFirst(tables.ranks(), tree, limit);
    }
}
