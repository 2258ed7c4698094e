package dev.statecraft.leaderboard.match;

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
import dev.statecraft.leaderboard.entry.MatchRecord;
import dev.statecraft.leaderboard.match.Match.Side;
import dev.statecraft.leaderboard.match.MatchResult.Taken;
import dev.statecraft.leaderboard.match.MatchWriter.Attempt;
import dev.statecraft.leaderboard.settings.Terms;
import dev.statecraft.rating.RatingSystem;
import jakarta.enterprise.context.ApplicationScoped;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import org.jboss.logging.Logger;

/**
 * Combines matches that many instances submit for a board after they met: one instance rates all of them in one
 * transaction. A request whose matches cannot all be rated now is returned, and its instance rates it.
 */
@ApplicationScoped
public class CombinedMatches {

    private static final Logger LOG = Logger.getLogger(CombinedMatches.class);
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int REQUEST_FIELDS = 2;
    private static final int MATCH_FIELDS = 2;
    private static final int SIDE_FIELDS = 2;

    /** Items of a transaction without the state of the queue. */
    private static final int MOST_ITEMS = MatchStore.MOST_ITEMS - 1;

    /** Attempts of a round: the first ones find matches that are rejected, and those that were rated before. */
    private static final int ATTEMPTS = 3;

    private static final ByteBuffer RATED = ByteBuffer.wrap(new byte[] {1}).asReadOnlyBuffer();
    private static final ByteBuffer RETURNED = ByteBuffer.allocate(0).asReadOnlyBuffer();

    private final CombiningQueue queue;
    private final BoardService boards;
    private final MatchWriter writer;

    public CombinedMatches(CombiningQueue queue, BoardService boards, MatchWriter writer) {
        this.queue = queue;
        this.boards = boards;
        this.writer = writer;
    }

    /** Whether other instances recently wrote the same entries of a board. */
    boolean isBusy(Board board) {
        return queue.isBusy(key(board));
    }

    /** Records that another instance won the race for an entry of a board. */
    void collided(Board board) {
        queue.collided(key(board));
    }

    private static QueueKey key(Board board) {
        return new QueueKey(board.game(), "matches", List.of(board.id(), String.valueOf(board.epoch())));
    }

    /** The matches of a request, and the version of the board that it was made for. */
    record Request(List<Match> matches, long boardVersion) {

        /** A request that this release cannot read. It is returned. */
        static final Request UNREADABLE = new Request(List.of(), 0);
    }

    /**
     * Submits matches as one request.
     *
     * @return an attempt for each match; empty if they were not rated, and the caller rates them
     */
    Optional<List<Attempt>> submit(Board board, List<Match> matches) {
        ByteBuffer payload = pack(new Request(matches, board.version()));
        if (items(matches) > MOST_ITEMS || !queue.accepts(payload)) {
            return Optional.empty();
        }
        Optional<Optional<List<Attempt>>> done = queue.submit(
                key(board),
                payload,
                (intents, write) -> combine(board, intents, write),
                outcome -> outcome.hasRemaining() ? rated(board, matches) : Optional.empty());
        return done.flatMap(attempts -> attempts);
    }

    private static int items(List<Match> matches) {
        return matches.stream().mapToInt(match -> match.players().size() + 1).sum();
    }

    /** The results of matches that another instance rated, from their records; empty if a record has expired. */
    private Optional<List<Attempt>> rated(Board asRead, List<Match> matches) {
        List<Attempt> attempts = new ArrayList<>();
        Set<String> ids = new HashSet<>();
        Board board = asRead;
        for (Match match : matches) {
            Optional<MatchResult> earlier = writer.earlierResult(board, match);
            if (earlier.isEmpty() || !(earlier.get() instanceof Taken taken)) {
                return Optional.empty();
            }
            if (taken.match().season() > board.season()) {
                // The combining instance has seen a later season.
                board = boards.read(asRead.game(), asRead.id())
                        .filter(read -> read.epoch() == asRead.epoch())
                        .orElse(asRead);
            }
            boolean repeated = !ids.add(match.matchId());
            attempts.add(new Attempt(new Taken(board, taken.match(), repeated, Map.of()), List.of()));
        }
        return Optional.of(attempts);
    }

    /** Rates the first of the requests; one transaction. */
    Round.RoundResult<Optional<List<Attempt>>> combine(Board asRead, List<Intent> intents, Round.QueueWrite write) {
        List<Request> requests = new ArrayList<>();
        int items = 0;
        for (Intent intent : intents) {
            Request request = read(intent);
            items += items(request.matches());
            if (items > MOST_ITEMS && !requests.isEmpty()) {
                break;
            }
            requests.add(request);
        }
        Optional<Board> newest = newest(asRead, requests).filter(this::acceptsMatches);
        if (newest.isEmpty()) {
            return returned(requests, write);
        }
        Board board = newest.get();
        RatingSystem system = Objects.requireNonNull(board.settings().rating());
        Map<String, MatchRecord> known = new HashMap<>();
        Set<Match> rejected = new HashSet<>();
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            List<Integer> combined = new ArrayList<>();
            List<Match> matches = new ArrayList<>();
            Set<String> ids = new HashSet<>(known.keySet());
            for (int i = 0; i < requests.size(); i++) {
                List<Match> some = requests.get(i).matches();
                if (isUnambiguous(some)
                        && some.stream()
                                .noneMatch(match -> ids.contains(match.matchId()) || rejected.contains(match))) {
                    combined.add(i);
                    matches.addAll(some);
                    some.forEach(match -> ids.add(match.matchId()));
                }
            }
            if (matches.isEmpty()) {
                return returned(requests, write);
            }
            List<ByteBuffer> outcomes = IntStream.range(0, requests.size())
                    .mapToObj(i -> combined.contains(i) ? RATED : RETURNED)
                    .toList();
            MatchWriter.Rated rated = writer.rateCombined(
                    board, system, matches, known, write.inTransaction().apply(outcomes));
            if (rated instanceof MatchWriter.AllRated all) {
                return new Round.Combined<>(results(requests, combined, all.attempts()));
            }
            if (rated instanceof MatchWriter.Rejected some) {
                rejected.addAll(some.matches());
            }
        }
        return new Round.Lost<>();
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

    private boolean acceptsMatches(Board board) {
        return board.settings().rating() != null && board.scored() && boards.status(board) == Terms.Status.OPEN;
    }

    /** Whether a request has matches, and those with the same id are equal. */
    private static boolean isUnambiguous(List<Match> matches) {
        long ids = matches.stream().map(Match::matchId).distinct().count();
        return ids > 0 && ids == matches.stream().distinct().count();
    }

    private static List<Optional<List<Attempt>>> results(
            List<Request> requests, List<Integer> combined, List<Attempt> attempts) {
        List<Optional<List<Attempt>>> results = new ArrayList<>();
        int next = 0;
        for (int i = 0; i < requests.size(); i++) {
            if (combined.contains(i)) {
                int end = next + requests.get(i).matches().size();
                results.add(Optional.of(attempts.subList(next, end)));
                next = end;
            } else {
                results.add(Optional.empty());
            }
        }
        return results;
    }

    private static Round.RoundResult<Optional<List<Attempt>>> returned(List<Request> requests, Round.QueueWrite write) {
        List<ByteBuffer> outcomes = requests.stream().map(request -> RETURNED).toList();
        return write.alone().test(outcomes)
                ? new Round.Combined<>(requests.stream()
                        .map(request -> Optional.<List<Attempt>>empty())
                        .toList())
                : new Round.Lost<>();
    }

    /** Writes a request as the payload of an intent. */
    static ByteBuffer pack(Request request) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("b", request.boardVersion());
        ArrayNode matches = json.putArray("m");
        for (Match match : request.matches()) {
            ArrayNode sides = matches.addObject().put("i", match.matchId()).putArray("s");
            for (Side side : match.sides()) {
                ArrayNode players = sides.addObject().put("r", side.place()).putArray("p");
                side.players().forEach(players::add);
            }
        }
        return ByteBuffer.wrap(json.toString().getBytes(StandardCharsets.UTF_8));
    }

    /** Reads a request; {@code UNREADABLE} if this release does not know all of it. */
    private static Request read(Intent intent) {
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
            List<Match> matches = new ArrayList<>();
            for (JsonNode match : json.get("m")) {
                List<Side> sides = new ArrayList<>();
                for (JsonNode side : match.get("s")) {
                    if (match.size() != MATCH_FIELDS || side.size() != SIDE_FIELDS) {
                        return Request.UNREADABLE;
                    }
                    List<String> players = new ArrayList<>();
                    side.get("p").forEach(player -> players.add(player.textValue()));
                    sides.add(new Side(List.copyOf(players), side.get("r").intValue()));
                }
                matches.add(new Match(Objects.requireNonNull(match.get("i").textValue()), List.copyOf(sides)));
            }
            return new Request(matches, json.get("b").longValue());
        } catch (JsonProcessingException | RuntimeException e) {
            LOG.warnf(e, "an intent of matches cannot be read; its instance rates them");
            return Request.UNREADABLE;
        }
    }
}
