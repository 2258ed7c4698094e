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
 * The ranks table: the nodes of the rank trees, written by the stream consumer only.
 *
 * <ul>
 *   <li>Key: {@code pk} = game#board#epoch#season#generation (one tree), {@code sk} = path of the node.
 *   <li>Attributes: one number for each child, named by the child's number; for each lane {@code w<lane>}, the sequence
 *       number of the last change counted, and {@code t<lane>}, when that change was written; in roots {@code k<lane>}, the
 *       number of the last mark. On boards with dense ranking {@code n}, the version of the node, and for each child
 *       {@code d<child>}, how many different scores the child's node counts, {@code z<child>}, how many entries (of a
 *       root of subscores), and {@code e<child>}, the version of the child's node that says so.
 *   <li>Guards: a write of counts finds the lane's watermark before the first change written; a write of what a child's
 *       node counts finds an older version of that node.
 * </ul>
 */
@ApplicationScoped
public class RankStore {

    private final DynamoDbClient dynamo;
    private final TableNames tables;
    private final Parallel parallel;

    public RankStore(DynamoDbClient dynamo, TableNames tables, Parallel parallel) {
        this.dynamo = dynamo;
        this.tables = tables;
        this.parallel = parallel;
    }

    /** Partition key of one generation of a season's tree. */
    public static String treeKey(Board board, int season, int generation) {
        return PartitionKey.of(board.game(), board.id(), board.epoch(), season, generation);
    }

    /**
     * The trees that together count a season: one, or two while entries are moved from one generation to the next.
     */
    public static List<String> treesOf(Board board, int season) {
        String tree = treeKey(board, season, board.generation(season));
        Board.Mending mending = board.mending();
        return mending == null || mending.season() != season
                ? List.of(tree)
                : List.of(tree, treeKey(board, season, mending.from()));
    }

    /**
     * Reads nodes, eventually consistent: 0.5 RCU each, one round trip for 100; more are read in parallel.
     *
     * @param trees the trees to count together
     * @return the nodes found, by path
     */
    public Map<String, RankNode> read(List<String> trees, Collection<String> nodes) {
        return read(List.of(new Wanted(trees, nodes))).get(0);
    }

    /** Nodes of trees that are counted together. */
    public record Wanted(List<String> trees, Collection<String> nodes) {}

    /** The same for seasons of different boards, with the requests shared; in the order given. */
    public List<Map<String, RankNode>> read(List<Wanted> seasons) {
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
            reads.add(() -> batch(part));
        }
        // A single batch is read in the caller's thread, which may be one of the pool already.
        List<List<Map<String, AttributeValue>>> items =
                keys.size() <= Batches.READ_LIMIT ? List.of(batch(keys)) : parallel.all(reads);
        items.stream().flatMap(List::stream).forEach(item -> Objects.requireNonNull(
                        byTree.get(Attributes.string(item, "pk")))
                .merge(Attributes.string(item, "sk"), RankNodeItems.fromItem(item), RankNode::plus));
        return found;
    }

    private List<Map<String, AttributeValue>> batch(List<Map<String, AttributeValue>> keys) {
        return keys.isEmpty()
                ? List.of()
                : Batches.get(
                                dynamo,
                                Map.of(
                                        tables.ranks(),
                                        KeysAndAttributes.builder().keys(keys).build()))
                        .getOrDefault(tables.ranks(), List.of());
    }

    /** Reads one node; {@link RankNode#EMPTY} if nothing was counted there. */
    public RankNode read(List<String> trees, String node) {
        return read(trees, List.of(node)).getOrDefault(node, RankNode.EMPTY);
    }

    /** Reads the roots of any number of trees; those that count nothing are left out. */
    public Map<String, RankNode> roots(List<String> trees) {
        Map<String, RankNode> found = new HashMap<>();
        for (int from = 0; from < trees.size(); from += Batches.READ_LIMIT) {
            var part = KeysAndAttributes.builder()
                    .keys(trees.subList(from, Math.min(trees.size(), from + Batches.READ_LIMIT)).stream()
                            .map(tree -> RankNodeItems.key(tree, ScorePath.ROOT))
                            .toList())
                    .build();
            Batches.get(dynamo, Map.of(tables.ranks(), part))
                    .getOrDefault(tables.ranks(), List.of())
                    .forEach(item -> found.put(Attributes.string(item, "pk"), RankNodeItems.fromItem(item)));
        }
        return found;
    }

    /**
     * Counts a delta if the node has not seen its first change yet. 1 WCU for a node below 1 KB, and one more if the
     * changes were written before one that is counted already: writers do not agree on the time to the millisecond, and
     * the time of the newest change never falls.
     *
     * @return nothing if it is counted; otherwise the watermark up to which the node has seen the lane
     */
    public Optional<BigInteger> count(NodeDelta delta) {
        return write(delta).watermark();
    }

    /**
     * The outcome of a write.
     *
     * @param watermark nothing if the delta was counted; otherwise the watermark up to which the node has seen the lane
     * @param before the node before; the same as {@code after} if nothing was written
     * @param after the node now; only of a tree that counts different scores when the delta was counted
     */
    public record Written(Optional<BigInteger> watermark, RankNode before, RankNode after) {}

    /** The same as {@link #count}; also returns the node of a tree that counts different scores before and after. */
    public Written write(NodeDelta delta) {
        long newest = delta.newest();
        while (true) {
            try {
                RankNode before =
                        RankNodeItems.fromItem(dynamo.updateItem(counting(delta, newest)).attributes());
                return new Written(Optional.empty(), before, before.counted(delta));
            } catch (ConditionalCheckFailedException e) {
                RankNode met = RankNodeItems.fromItem(e.item());
                BigInteger watermark = met.watermarks().getOrDefault(delta.lane(), BigInteger.ZERO);
                if (watermark.compareTo(delta.first()) >= 0) {
                    return new Written(Optional.of(watermark), met, met);
                }
                newest = Math.max(newest, met.times().getOrDefault(delta.lane(), 0L));
            }
        }
    }

    /**
     * Notes what the nodes below some children count, as far as the node does not know a newer version of them. 1 WCU for
     * a node below 1 KB, and one more if another writer noted something newer at the same time.
     */
    public Written note(String tree, String node, Map<Integer, RankNode.Below> below) {
        Map<Integer, RankNode.Below> left = new TreeMap<>(below);
        while (true) {
            try {
                RankNode before =
                        RankNodeItems.fromItem(dynamo.updateItem(noting(tree, node, left)).attributes());
                return new Written(Optional.empty(), before, before.knowing(left));
            } catch (ConditionalCheckFailedException e) {
                RankNode met = RankNodeItems.fromItem(e.item());
                left.entrySet().removeIf(child -> {
                    RankNode.Below known = met.below().get(child.getKey());
                    return known != null && known.version() >= child.getValue().version();
                });
                if (left.isEmpty()) {
                    return new Written(Optional.empty(), met, met);
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

    private UpdateItemRequest counting(NodeDelta delta, long newest) {
        Map<String, String> names = new HashMap<>();
        Map<String, AttributeValue> values = new HashMap<>();
        names.put("#w", "w" + delta.lane());
        names.put("#t", "t" + delta.lane());
        values.put(":first", AttributeValue.fromN(delta.first().toString()));
        values.put(":last", AttributeValue.fromN(delta.last().toString()));
        values.put(":t", n(newest));
        StringBuilder add = new StringBuilder();
        delta.sums().forEach((child, by) -> {
            names.put("#c" + child, child.toString());
            values.put(":c" + child, n(by));
            add.append(add.isEmpty() ? " ADD " : ", ")
                    .append("#c")
                    .append(child)
                    .append(" :c")
                    .append(child);
        });
        if (delta.distinct()) {
            names.put("#n", "n");
            values.put(":one", n(1));
            add.append(add.isEmpty() ? " ADD #n :one" : ", #n :one");
        }
        String mark = "";
        if (delta.mark() > 0) {
            names.put("#k", "k" + delta.lane());
            values.put(":k", n(delta.mark()));
            mark = ", #k = :k";
        }
        return UpdateItemRequest.builder()
                .tableName(tables.ranks())
                .key(RankNodeItems.key(delta.tree(), delta.node()))
                .updateExpression("SET #w = :last, #t = :t" + mark + add)
                .conditionExpression("attribute_not_exists(#w) OR (#w < :first AND #t <= :t)")
                .expressionAttributeNames(names)
                .expressionAttributeValues(values)
                .returnValues(delta.distinct() ? ReturnValue.ALL_OLD : ReturnValue.NONE)
                .returnValuesOnConditionCheckFailure(ReturnValuesOnConditionCheckFailure.ALL_OLD)
                .build();
    }

    /** All nodes of a tree by path, strongly consistent; for the audit, its cost grows with the tree. */
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

    /** Removes nodes of a tree that nobody reads any more. */
    public void delete(String tree, Collection<String> nodes) {
        List<WriteRequest> requests = new ArrayList<>();
        nodes.forEach(node -> requests.add(WriteRequest.builder()
                .deleteRequest(delete -> delete.key(RankNodeItems.key(tree, node)))
                .build()));
        Batches.write(dynamo, tables.ranks(), requests);
    }

    /** Removes the first nodes of a tree that nobody reads any more; see {@link Batches#removeFirst}. */
    public Batches.Removed removeFirst(String tree, int limit) {
        return Batches.removeFirst(dynamo, tables.ranks(), tree, limit);
    }
}
