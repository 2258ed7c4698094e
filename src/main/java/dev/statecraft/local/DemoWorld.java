package dev.statecraft.local;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.random.RandomGenerator;
import org.jboss.logging.Logger;

/**
 * The small game of the demo: its content and a sequence of events. All calls use the public API, like those of a game
 * server. The same seed produces the same game.
 */
final class DemoWorld {

    private static final Logger LOG = Logger.getLogger(DemoWorld.class);

    static final int PLAYERS = 200;
    private static final int ROOMS = 4;

    /** The step that applies the first migration; the second remains pending for the viewer. */
    private static final int MIGRATION_STEP = 60;

    private static final List<String> FIRST = List.of(
            "ada", "bo", "cleo", "dax", "eli", "fay", "gus", "hana", "ivo", "juno", "kai", "lea", "milo", "nia");

    private static final List<String> BOARDS = List.of("""
            {"id": "arena", "description": "Most points in the arena", "rankingType": "POINTS",
             "tiers": [{"name": "Champion", "rank": 3}, {"name": "Gold", "percentile": 20}, {"name": "Bronze"}]}""", """
            {"id": "sky_race", "description": "Fastest lap of the sky race, in seconds", "rankingType": "TIME",
             "decimals": 2, "reset": {"cron": "0 0 * * 1", "timezone": "UTC"}}""", """
            {"id": "high_scores", "description": "Best score of a single run", "rankingType": "SCORE",
             "bounds": {"min": 0, "max": 100000, "action": "QUARANTINE"}}""", """
            {"id": "duels", "description": "Rating from duels", "rankingType": "RATING",
             "rating": {"algorithm": "GLICKO2", "period": "P1D"}}""");

    private static final List<String> MIGRATIONS = List.of("""
            {"version": "1.1.0", "description": "Every player gets a coin purse",
             "target": {"entityType": "PLAYER_DATA"}, "options": {"pageSize": 5, "maxCapacity": 40},
             "up": {"operations": [{"op": "default", "path": "coins", "value": 25}]}}""", """
            {"version": "1.2.0", "description": "Health becomes hearts",
             "target": {"entityType": "PLAYER_DATA"},
             "up": {"operations": [{"op": "rename", "from": "health", "path": "hearts"}]}}""");

    private final DemoClient api;
    private final RandomGenerator random;
    private final List<String> players;
    private int steps;

    DemoWorld(DemoClient api, RandomGenerator random) {
        this.api = api;
        this.random = random;
        List<String> names = new ArrayList<>();
        for (int i = 0; i < PLAYERS; i++) {
            names.add(String.format(Locale.ROOT, "%s_%03d", FIRST.get(i % FIRST.size()), i));
        }
        players = List.copyOf(names);
    }

    /** Creates missing boards, types, rooms, players and migrations. */
    void prepare() throws IOException, InterruptedException {
        for (String board : BOARDS) {
            call("POST", "/v1/leaderboards", api.json(board));
        }
        call("PUT", "/v1/entity-types/TRADE", api.json("""
                {"strategy": "MANUAL", "fallback": "MERGE", "playersMayWrite": true}"""));
        for (int room = 1; room <= ROOMS; room++) {
            create(room(room), "room_" + room, "GAME_STATE", api.json("""
                    {"map": "harbour", "round": 1, "phase": "LOBBY", "players": []}"""));
            create(room(room), "market_" + room, "TRADE", api.json("""
                    {"apples": 10, "swords": 3}"""));
        }
        for (String player : players) {
            create("global", player, "PLAYER_DATA", api.json("""
                    {"level": 1, "health": 100, "kills": 0, "items": []}"""));
        }
        for (String migration : MIGRATIONS) {
            call("POST", "/v1/migrations", api.json(migration));
        }
    }

    /** Performs the next step of the game: one to three calls. */
    void next() throws IOException, InterruptedException {
        steps++;
        if (steps == MIGRATION_STEP) {
            call("POST", "/v1/migrations/apply?waitMillis=0", api.json("""
                    {"target": "1.1.0", "reason": "The shop opens"}"""));
        } else if (steps % 40 == 0) {
            conflictingPurchase();
        } else if (steps % 7 == 0) {
            duel();
        } else if (steps % 5 == 0) {
            playRound();
        } else if (steps % 3 == 0) {
            score("sky_race", Math.round((60 + 25 * Math.abs(random.nextGaussian())) * 100) / 100.0);
        } else if (steps % 2 == 0) {
            score("high_scores", Math.rint(Math.exp(7 + random.nextGaussian())));
        } else {
            score("arena", 5 + random.nextInt(40));
            levelUp();
        }
    }

    private void score(String board, double value) throws IOException, InterruptedException {
        ObjectNode score = api.json("{}").put("playerId", player()).put("value", value);
        call("POST", "/v1/leaderboards/" + board + "/scores", score);
    }

    private void levelUp() throws IOException, InterruptedException {
        ObjectNode update = api.json("""
                {"increment": {"kills": 1}, "source": {"serverId": "game-1"}}""");
        if (random.nextInt(4) == 0) {
            ((ObjectNode) update.get("increment")).put("level", 1);
        }
        call("PATCH", "/v1/entities/" + player(), update);
    }

    private void duel() throws IOException, InterruptedException {
        int one = random.nextInt(PLAYERS);
        int other = (one + 1 + random.nextInt(PLAYERS - 1)) % PLAYERS;
        // Players later in the list win more often, so that ratings differ.
        boolean wins = random.nextInt(PLAYERS * 2) < PLAYERS + one - other;
        ObjectNode match = api.json("{}").put("matchId", "duel-" + Long.toHexString(random.nextLong()));
        ArrayNode teams = match.putArray("teams");
        teams.addObject().put("place", wins ? 1 : 2).putArray("players").add(players.get(one));
        teams.addObject().put("place", wins ? 2 : 1).putArray("players").add(players.get(other));
        call("POST", "/v1/leaderboards/duels/matches", match);
    }

    private void playRound() throws IOException, InterruptedException {
        int room = 1 + random.nextInt(ROOMS);
        ObjectNode update = api.json("""
                {"increment": {"round": 1}, "source": {"serverId": "game-1"}}""");
        ObjectNode set = update.putObject("set");
        set.put("phase", random.nextBoolean() ? "PLAYING" : "LOBBY");
        ArrayNode inside = set.putArray("players");
        for (int i = random.nextInt(6); i >= 0; i--) {
            inside.add(player());
        }
        call("PATCH", "/v1/entities/room_" + room + "?space=" + room(room), update);
    }

    /** Two updates of the same base version, so that the second one conflicts and is parked. */
    private void conflictingPurchase() throws IOException, InterruptedException {
        int room = 1 + random.nextInt(ROOMS);
        String market = "/v1/entities/market_" + room + "?space=" + room(room);
        DemoClient.Answer seen = api.get(market);
        if (seen.status() != 200) {
            return;
        }
        long version = seen.body().get("version").asLong();
        for (int left : List.of(random.nextInt(50), random.nextInt(50))) {
            ObjectNode update = api.json("{}").put("baseVersion", version);
            update.putObject("set").put("apples", left);
            update.putObject("source").put("playerId", player());
            call("PATCH", market, update);
        }
    }

    private void create(String space, String id, String type, ObjectNode state)
            throws IOException, InterruptedException {
        ObjectNode entity = api.json("{}").put("id", id).put("type", type).put("space", space);
        call("POST", "/v1/entities", entity.set("state", state));
    }

    private void call(String method, String path, ObjectNode body) throws IOException, InterruptedException {
        DemoClient.Answer answer = api.send(method, path, body);
        if (!answer.done()) {
            LOG.debugf("A call of the demo was rejected: %s %s %d %s", method, path, answer.status(), answer.body());
        }
    }

    private String player() {
        return players.get(random.nextInt(PLAYERS));
    }

    private static String room(int room) {
        return "room-" + room;
    }
}
