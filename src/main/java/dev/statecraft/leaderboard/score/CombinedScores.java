package dev.statecraft.leaderboard.score;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.statecraft.combining.CombiningQueue;
import dev.statecraft.combining.Intent;
import dev.statecraft.combining.QueueKey;
import dev.statecraft.combining.Round;
import dev.statecraft.leaderboard.board.Board;
import dev.statecraft.leaderboard.board.BoardService;
import dev.statecraft.leaderboard.entry.CombinedEntryStore;
import dev.statecraft.leaderboard.entry.Entry;
import dev.statecraft.leaderboard.entry.EntryStore;
import dev.statecraft.leaderboard.entry.Receipt;
import dev.statecraft.leaderboard.rank.RecentWrites;
import dev.statecraft.leaderboard.score.ScoreResult.Taken;
import dev.statecraft.leaderboard.score.SubmissionService.Decided;
import dev.statecraft.leaderboard.score.SubmissionService.Identified;
import dev.statecraft.leaderboard.score.SubmissionService.Written;
import dev.statecraft.leaderboard.settings.Operator;
import dev.statecraft.leaderboard.settings.RankingType;
import jakarta.enterprise.context.ApplicationScoped;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Combines scores that many instances submit for the same player: one instance applies all of them in one write of the
 * entry. A request is combined if each of its scores changes the entry and none is quarantined; otherwise it is returned,
 * and its instance applies it.
 */
@ApplicationScoped
public class CombinedScores {

    private static final Logger LOG = Logger.getLogger(CombinedScores.class);
    private static final ObjectMapper JSON = new ObjectMapper();

    private final CombiningQueue queue;
    private final BoardService boards;
    private final EntryStore entries;
    private final CombinedEntryStore combined;
    private final SubmissionService submissions;
    private final RecentWrites recent;

    public CombinedScores(
            CombiningQueue queue,
            BoardService boards,
            EntryStore entries,
            CombinedEntryStore combined,
            SubmissionService submissions,
            RecentWrites recent) {
        this.queue = queue;
        this.boards = boards;
        this.entries = entries;
        this.combined = combined;
        this.submissions = submissions;
        this.recent = recent;
    }

    /** Whether other instances recently wrote the entry of a player. */
    boolean isBusy(Board board, String player) {
        return queue.isBusy(key(board, player));
    }

    /** Records that another instance won the race for the entry of a player. */
    void collided(Board board, String player) {
        queue.collided(key(board, player));
    }

    private static QueueKey key(Board board, String player) {
        return new QueueKey(board.game(), "entry", List.of(board.id(), String.valueOf(board.epoch()), player));
    }

    /** A request: its scores, and the version of the board that it was made for. */
    private record Request(List<Identified> scores, long boardVersion) {}

    /** The season and the receipts of a request that was applied; no receipts if it was returned. */
    private record Applied(int season, List<Receipt> receipts) {

        static final Applied RETURNED = new Applied(0, List.of());
    }

    /**
     * Submits scores of one player, in order, as one request.
     *
     * @return the results; empty if the request was not applied, and the caller applies it
     */
    Optional<Written> submit(Board board, String player, List<Identified> scores) {
        ByteBuffer payload = pack(new Request(scores, board.version()));
        if (!queue.accepts(payload)) {
            return Optional.empty();
        }
        Applied applied = queue.submit(
                        key(board, player),
                        payload,
                        (intents, write) -> combine(board, player, intents, write),
                        CombinedScores::unpackApplied)
                .orElse(Applied.RETURNED);
        if (applied.receipts().isEmpty()) {
            return Optional.empty();
        }
        Entry entry = entries.read(board, applied.season(), player);
        List<Decided> decided = new ArrayList<>();
        for (int i = 0; i < scores.size(); i++) {
            Taken taken = Taken.of(
                    board,
                    applied.season(),
                    scores.get(i).id(),
                    applied.receipts().get(i),
                    false);
            decided.add(new Decided(taken, entry, Optional.empty()));
        }
        if (applied.season() == board.season()) {
            recent.add(board, entry);
            return Optional.of(new Written(board, entry, decided));
        }
        Board newest = boards.read(board.game(), board.id()).orElse(board);
        return Optional.of(new Written(newest, entries.read(newest, newest.season(), player), decided));
    }

    private Round.RoundResult<Applied> combine(
            Board asRead, String player, List<Intent> intents, Round.QueueWrite write) {
        List<Request> requests = new ArrayList<>();
        int scores = 0;
        for (Intent intent : intents) {
            Request request = read(intent);
            scores += request.scores().size();
            if (scores > ReviewStore.MOST && !requests.isEmpty()) {
                break;
            }
            requests.add(request);
        }
        Board board = asRead;
        if (requests.stream().anyMatch(request -> request.boardVersion() > asRead.version())) {
            board = boards.read(asRead.game(), asRead.id()).orElse(asRead);
        }
        List<Applied> applied = new ArrayList<>();
        requests.forEach(request -> applied.add(Applied.RETURNED));
        boolean open = board.scored()
                && submissions.notOpen(board).isEmpty()
                && board.settings().rankingType() != RankingType.RATING;
        if (open) {
            Entry entry = entries.read(board, board.season(), player);
            Entry next = entry.closed() ? entry : apply(board, entry, requests, applied);
            if (next.version() != entry.version()) {
                List<ByteBuffer> outcomes =
                        applied.stream().map(CombinedScores::packApplied).toList();
                if (!combined.put(
                        board,
                        board.season(),
                        next,
                        entry.version(),
                        write.inTransaction().apply(outcomes))) {
                    return new Round.Lost<>();
                }
                recent.add(board, next);
                return new Round.Combined<>(applied);
            }
        }
        return write.alone()
                        .test(applied.stream()
                                .map(one -> packApplied(Applied.RETURNED))
                                .toList())
                ? new Round.Combined<>(
                        applied.stream().map(one -> Applied.RETURNED).toList())
                : new Round.Lost<>();
    }

    /** Applies requests to an entry in order, and sets the receipts of those that were applied. */
    private Entry apply(Board board, Entry found, List<Request> requests, List<Applied> applied) {
        List<Integer> left = new ArrayList<>();
        for (int i = 0; i < requests.size(); i++) {
            if (!requests.get(i).scores().isEmpty()) {
                left.add(i);
            }
        }
        while (!left.isEmpty()) {
            List<Identified> scores = left.stream()
                    .flatMap(index -> requests.get(index).scores().stream())
                    .toList();
            Entry entry = submissions.ground(board, scores, found);
            List<Decided> decided = submissions.decide(board, scores, entry, scores.size(), Map.of());
            List<Integer> returned = new ArrayList<>();
            int from = 0;
            for (int index : left) {
                int to = from + requests.get(index).scores().size();
                List<Decided> results = decided.subList(from, to);
                if (results.stream().allMatch(CombinedScores::isApplied)) {
                    applied.set(
                            index,
                            new Applied(
                                    board.season(),
                                    results.stream()
                                            .map(one -> ((Taken) one.result()).receipt())
                                            .toList()));
                } else {
                    returned.add(index);
                }
                from = to;
            }
            if (returned.isEmpty()) {
                Entry last = decided.get(decided.size() - 1).entry();
                return last == null ? found : last;
            }
            // The others are evaluated again without the returned requests.
            left.removeAll(returned);
            applied.replaceAll(one -> Applied.RETURNED);
        }
        return found;
    }

    private static boolean isApplied(Decided decided) {
        return decided.result() instanceof Taken taken
                && !taken.replayed()
                && decided.entry() != null
                && decided.review().isEmpty();
    }

    private static ByteBuffer packApplied(Applied applied) {
        if (applied.receipts().isEmpty()) {
            return ByteBuffer.allocate(0);
        }
        byte[] receipts = Receipt.pack(applied.receipts());
        return ByteBuffer.allocate(Integer.BYTES + receipts.length)
                .putInt(applied.season())
                .put(receipts)
                .flip();
    }

    private static Applied unpackApplied(ByteBuffer outcome) {
        if (!outcome.hasRemaining()) {
            return Applied.RETURNED;
        }
        ByteBuffer in = outcome.duplicate();
        int season = in.getInt();
        byte[] receipts = new byte[in.remaining()];
        in.get(receipts);
        return new Applied(season, Receipt.unpack(receipts));
    }

    private static ByteBuffer pack(Request request) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("b", request.boardVersion());
        ArrayNode scores = json.putArray("s");
        for (Identified identified : request.scores()) {
            NewScore score = identified.score();
            Operator operator = score.operator();
            scores.addObject()
                    .put("p", score.playerId())
                    .put("v", score.value().toString())
                    .put("u", score.subscore().toString())
                    .put("m", score.metadata())
                    .put("o", score.submissionId())
                    .put("i", identified.id())
                    .put("op", operator == null ? null : operator.name());
        }
        return ByteBuffer.wrap(json.toString().getBytes(StandardCharsets.UTF_8));
    }

    /** Reads a request; one without scores, which is returned, if this release cannot read it. */
    private static Request read(Intent intent) {
        ByteBuffer payload = intent.payload();
        if (payload == null) {
            return new Request(List.of(), 0);
        }
        try {
            JsonNode json = JSON.readTree(
                    StandardCharsets.UTF_8.decode(payload.duplicate()).toString());
            List<Identified> scores = new ArrayList<>();
            for (JsonNode score : json.path("s")) {
                String operator = text(score, "op");
                scores.add(new Identified(
                        new NewScore(
                                score.path("p").asText(),
                                new BigDecimal(score.path("v").asText()),
                                new BigDecimal(score.path("u").asText()),
                                text(score, "m"),
                                text(score, "o"),
                                operator == null ? null : Operator.valueOf(operator)),
                        score.path("i").asText()));
            }
            return new Request(scores, json.path("b").asLong());
        } catch (JsonProcessingException | RuntimeException e) {
            LOG.warnf(e, "an intent of scores cannot be read; its instance applies it");
            return new Request(List.of(), 0);
        }
    }

    private static @Nullable String text(JsonNode json, String field) {
        return json.path(field).isTextual() ? json.path(field).textValue() : null;
    }
}
