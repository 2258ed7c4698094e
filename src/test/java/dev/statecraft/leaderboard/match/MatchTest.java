package dev.statecraft.leaderboard.match;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import dev.statecraft.leaderboard.board.Board;
import dev.statecraft.leaderboard.entry.Entry;
import dev.statecraft.leaderboard.entry.MatchRecord;
import dev.statecraft.leaderboard.entry.MatchRecord.Change;
import dev.statecraft.leaderboard.entry.RatingState;
import dev.statecraft.leaderboard.entry.Receipt;
import dev.statecraft.leaderboard.match.Match.Outcome;
import dev.statecraft.leaderboard.match.Match.Side;
import dev.statecraft.leaderboard.settings.BoardSettings;
import dev.statecraft.leaderboard.settings.Order;
import dev.statecraft.leaderboard.settings.RankingType;
import dev.statecraft.leaderboard.settings.Score;
import dev.statecraft.rating.Elo;
import dev.statecraft.rating.OpenSkill;
import dev.statecraft.rating.Rating;
import dev.statecraft.rating.RatingSystem;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class MatchTest {

    private static final Receipt.Retention RETENTION = new Receipt.Retention(16, 64, Duration.ofMinutes(1));
    private static final RatingSystem ELO = new Elo(1500, 32, Elo.Expectation.LOGISTIC);

    @Test
    void newPlayersStartWithInitialRating() {
        Outcome outcome = on(ELO, match(side(1, "a"), side(2, "b")), Map.of());
        assertEquals(
                List.of(new Change(150_000, 151_600, 0), new Change(150_000, 148_400, 0)),
                outcome.record().changes());
        Entry winner = outcome.entries().get(0);
        assertEquals("a", winner.playerId());
        assertEquals(new Score(151_600, 0), winner.score());
        assertEquals(new RatingState(Rating.of(1516), 1, 0, 0), winner.rated());
        assertEquals(
                new RatingState(Rating.of(1484), 0, 0, 1),
                outcome.entries().get(1).rated());
        assertEquals(1, winner.version());
        assertEquals(1, winner.receipts().size());
        assertEquals(winner.score(), winner.countedAt(winner.writtenAt()));
        assertEquals(null, winner.countedAt(winner.writtenAt() - 1));
    }

    @Test
    void ratingsContinueFromExactValuesNotDisplayedOnes() {
        Outcome first = on(ELO, match(side(1, "a"), side(2, "b")), Map.of());
        Entry a = first.entries().get(0);
        Entry b = first.entries().get(1);
        Outcome second = on(ELO, match(side(2, "a"), side(1, "b")), Map.of("a", a, "b", b));
        double expected = 1516 - 32 * Elo.Expectation.LOGISTIC.at(32);
        Entry after = second.entries().get(0);
        assertEquals(expected, after.rated().rating().mean(), 1e-12);
        assertEquals(Math.round(expected * 100), after.score().value());
        assertEquals(2, after.rated().matches());
        assertEquals(a.score(), after.countedAt(a.writtenAt()));
    }

    @Test
    void firstPlaceIsWinSharedFirstPlaceIsDrawOthersLose() {
        List<Entry> entries = on(ELO, match(side(1, "a"), side(1, "b"), side(2, "c"), side(3, "d")), Map.of())
                .entries();
        assertEquals(
                List.of(0, 0, 0, 0), entries.stream().map(e -> e.rated().wins()).toList());
        assertEquals(
                List.of(1, 1, 0, 0),
                entries.stream().map(e -> e.rated().draws()).toList());
        assertEquals(
                List.of(0, 0, 1, 1),
                entries.stream().map(e -> e.rated().losses()).toList());
        assertEquals(
                1,
                on(ELO, match(side(3, "a"), side(7, "b")), Map.of())
                        .entries()
                        .get(0)
                        .rated()
                        .wins());
    }

    @Test
    void openSkillDisplaysConservativeEstimate() {
        RatingSystem openskill = new OpenSkill(25, 25 / 3.0, 25 / 6.0, 0, 3, OpenSkill.Model.PLACKETT_LUCE);
        Outcome outcome = on(openskill, match(side(1, "a"), side(2, "b")), Map.of());
        assertEquals(0, outcome.record().changes().get(0).oldValue());
        double shown = 27.63523138347365 - 3 * 8.065506316323548;
        assertEquals(Math.round(shown * 100), outcome.entries().get(0).score().value());
        assertEquals(8.065506316323548, outcome.record().changes().get(0).deviation(), 1e-12);
    }

    @Test
    void hashIdentifiesRequestBody() {
        long body = match(side(1, "a", "b"), side(2, "c")).body();
        assertEquals(body, match(side(1, "a", "b"), side(2, "c")).body());
        assertNotEquals(body, match(side(1, "a", "b"), side(3, "c")).body());
        assertNotEquals(body, match(side(1, "a"), side(2, "b", "c")).body());
        assertNotEquals(body, match(side(1, "b", "a"), side(2, "c")).body());
    }

    @Test
    void storedRecordIsReadBack() {
        RatingState rated = new RatingState(new Rating(1500.1, 0.1 + 0.2, 1e-300, -7, Math.PI, -Math.E), 1, 2, 3);
        assertEquals(rated, RatingState.unpack(rated.pack()));
        MatchRecord record = new MatchRecord(
                "m", 5, 2, 7, List.of(new Change(-1, Score.LIMIT, 0.1), new Change(2, -Score.LIMIT, 0)));
        assertEquals(record.changes(), MatchRecord.unpackedChanges(record.packedChanges()));
    }

    private static Outcome on(RatingSystem system, Match match, Map<String, Entry> entries) {
        BoardSettings settings = new BoardSettings(
                "", RankingType.RATING, Order.DESCENDING, null, 2, 0, 1, null, null, List.of(), List.of(), system);
        Board board = Board.first("default", "board", settings, Instant.EPOCH, Instant.EPOCH);
        return match.rate(board, system, 1, entries, 1_000, RETENTION);
    }

    private static Match match(Side... sides) {
        return new Match("m", List.of(sides));
    }

    private static Side side(int place, String... players) {
        return new Side(List.of(players), place);
    }
}
