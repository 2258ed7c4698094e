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
import java.util.Objects;
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

    /**
     * Requests of more scores are written alone: one write of the entry is shared by enough scores already, and the state
     * of the queue, which each combined write replaces, would store the receipts of all of them.
     */
    static final int MOST_SCORES = 16;

    private static final int REQUEST_FIELDS = 3;
    private static final int SCORE_FIELDS = 7;

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

    static QueueKey key(Board board, String player) {
        return new QueueKey(board.game(), "entry", List.of(board.id(), String.valueOf(board.epoch()), player));
    }

    /**
     * A request.
     *
     * @param boardVersion the version of the board that the scores were submitted to
     * @param together number of scores of the player in the caller's request; the receipts of all of them are stored
     */
    record Request(List<Identified> scores, long boardVersion, int together) {

        /** A request that this release cannot read. It is returned. */
        static final Request UNREADABLE = new Request(List.of(), 0, 0);
    }

    /** The season and the receipts of a request that was applied; no receipts if it was returned. */
    record Applied(int season, List<Receipt> receipts) {

        static final Applied RETURNED = new Applied(0, List.of());
    }

    /**
     * Submits scores of one player, in order, as one request.
     *
     * @param together number of scores of the player in the caller's request
     * @return the results; empty if the request was not applied, and the caller applies it
     */
    Optional<Written> submit(Board board, String player, List<Identified> scores, int together) {
        ByteBuffer payload = pack(new Request(scores, board.version(), together));
        if (scores.size() > MOST_SCORES || !queue.accepts(payload)) {
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
        // The combining instance may have seen a later season.
        Board newest = applied.season() == board.season()
                ? board
                : boards.read(board.game(), board.id())
                        .filter(read -> read.epoch() == board.epoch())
                        .orElse(board);
        Entry entry = entries.read(newest, newest.season(), player);
        List<Decided> decided = new ArrayList<>();
        for (int i = 0; i < scores.size(); i++) {
            Taken taken = Taken.of(
                    newest,
                    applied.season(),
                    scores.get(i).id(),
                    applied.receipts().get(i),
                    false);
            decided.add(new Decided(taken, entry, Optional.empty()));
        }
        recent.add(newest, entry);
        return Optional.of(new Written(newest, entry, decided));
    }

    /** Applies the first of the requests; one write of the entry. */
    Round.RoundResult<Applied> combine(Board asRead, String player, List<Intent> intents, Round.QueueWrite write) {
        List<Request> requests = new ArrayList<>();
        int scores = 0;
        for (Intent intent : intents) {
            Request request = read(intent, player);
            scores += request.scores().size();
            if (scores > ReviewStore.MOST && !requests.isEmpty()) {
                break;
            }
            requests.add(request);
        }
        List<Applied> applied = new ArrayList<>();
        requests.forEach(request -> applied.add(Applied.RETURNED));
        Optional<Board> open = newest(asRead, requests).filter(this::acceptsScores);
        if (open.isPresent()) {
            Board board = open.get();
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

    /**
     * The board as this instance would read it for a new request, and not older than the requests have read it: a request may
     * have waited longer than {@code board-cache}. Empty if the board was deleted or created again.
     */
    private Optional<Board> newest(Board asRead, List<Request> requests) {
        long seen = requests.stream().mapToLong(Request::boardVersion).reduce(asRead.version(), Math::max);
        return boards.find(asRead.game(), asRead.id())
                .filter(found -> found.version() >= seen)
                .or(() -> boards.read(asRead.game(), asRead.id()))
                .filter(found -> found.epoch() == asRead.epoch());
    }

    private boolean acceptsScores(Board board) {
        return board.scored()
                && submissions.notOpen(board).isEmpty()
                && board.settings().rankingType() != RankingType.RATING;
    }

    /** Applies requests to an entry in order, in one write, and sets the receipts of those that were applied. */
    private Entry apply(Board board, Entry found, List<Request> requests, List<Applied> applied) {
        List<Identified> scores =
                requests.stream().flatMap(request -> request.scores().stream()).toList();
        int together = requests.stream().mapToInt(Request::together).reduce(scores.size(), Math::max);
        Entry ground = submissions.ground(board, scores, found);
        long at = submissions.timeOf(ground);
        Entry entry = ground;
        for (int i = 0; i < requests.size(); i++) {
            List<Decided> decided = submissions.decide(board, requests.get(i).scores(), entry, at, together, Map.of());
            if (!decided.isEmpty() && decided.stream().allMatch(CombinedScores::isApplied)) {
                List<Receipt> receipts = decided.stream()
                        .map(one -> ((Taken) one.result()).receipt())
                        .toList();
                applied.set(i, new Applied(board.season(), receipts));
                entry = Objects.requireNonNull(decided.get(decided.size() - 1).entry());
            }
        }
        return entry;
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

    static Applied unpackApplied(ByteBuffer outcome) {
        if (!outcome.hasRemaining()) {
            return Applied.RETURNED;
        }
        ByteBuffer in = outcome.duplicate();
        int season = in.getInt();
        byte[] receipts = new byte[in.remaining()];
        in.get(receipts);
        return new Applied(season, Receipt.unpack(receipts));
    }

    /** Writes a request as the payload of an intent. */
    static ByteBuffer pack(Request request) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("b", request.boardVersion()).put("t", request.together());
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

    /** Reads a request; {@code UNREADABLE} if this release does not know all of it. */
    private static Request read(Intent intent, String player) {
        ByteBuffer payload = intent.payload();
        if (payload == null) {
            return Request.UNREADABLE;
        }
        try {
            JsonNode json = JSON.readTree(
                    StandardCharsets.UTF_8.decode(payload.duplicate()).toString());
            if (json.size() != REQUEST_FIELDS) {
                return Request.UNREADABLE;
            }
            List<Identified> scores = new ArrayList<>();
            for (JsonNode score : json.get("s")) {
                if (score.size() != SCORE_FIELDS || !player.equals(text(score, "p"))) {
                    return Request.UNREADABLE;
                }
                String operator = text(score, "op");
                scores.add(new Identified(
                        new NewScore(
                                player,
                                new BigDecimal(score.get("v").textValue()),
                                new BigDecimal(score.get("u").textValue()),
                                text(score, "m"),
                                text(score, "o"),
                                operator == null ? null : Operator.valueOf(operator)),
                        score.get("i").textValue()));
            }
            return new Request(scores, json.get("b").longValue(), json.get("t").intValue());
        } catch (JsonProcessingException | RuntimeException e) {
            LOG.warnf(e, "an intent of scores cannot be read; its instance applies it");
            return Request.UNREADABLE;
        }
    }

    /** The text of a field; null if the field is null. */
    private static @Nullable String text(JsonNode json, String field) {
        return json.get(field).textValue();
    }
}
