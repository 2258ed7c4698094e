package dev.statecraft.lambda;

import static io.restassured.RestAssured.given;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.notNullValue;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.statecraft.leaderboard.MovingClock;
import dev.statecraft.local.DynamoDbLocalResource;
import dev.statecraft.local.LocalHandlers;
import dev.statecraft.local.LocalRuntime;
import dev.statecraft.migration.execution.RunService;
import dev.statecraft.table.Counters;
import dev.statecraft.table.TableNames;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusMock;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import jakarta.inject.Inject;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;

/**
 * A month on a moving clock: one-shot schedules and the run every six hours call the schedule function, and stream records
 * wake it. One tick in eight is delivered twice. The only difference to a stack is that batches are processed at once.
 */
@QuarkusTest
@Tag("application-profile")
@TestProfile(ScheduleSimulationTest.Idle.class)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
@WithTestResource(DynamoDbLocalResource.class)
class ScheduleSimulationTest {

    /** The settings of a stack, except for waits of its processes. */
    public static final class Idle implements QuarkusTestProfile {

        @Override
        public Map<String, String> getConfigOverrides() {
            return Map.of(
                    "statecraft.integration.leaderboard-replication", "true",
                    "statecraft.integration.leaderboard-replication-interval", "0s",
                    "statecraft.integration.traffic-gathering", "5s",
                    "statecraft.erasure.second-look-after", "5m");
        }
    }

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration NET = Duration.ofHours(6);

    /** A Monday. */
    private static final Instant START = Instant.parse("2026-11-30T08:10:20Z");

    private static final MovingClock CLOCK = new MovingClock(START);

    private final OneShotSchedules schedules = new OneShotSchedules(CLOCK);
    private final List<Ran> ran = new ArrayList<>();
    private final Random random = new Random(20261130);

    @Inject
    LocalHandlers handlers;

    @Inject
    LocalRuntime local;

    @Inject
    RunService runs;

    @Inject
    TableNames tables;

    @Inject
    Counters counters;

    /** A call of the schedule function and its result; {@code repeated} if it was delivered before. */
    private record Ran(Instant due, JsonNode done, boolean repeated) {

        int count(String pointer) {
            return done.at(pointer).asInt();
        }
    }

    @BeforeEach
    void install() {
        QuarkusMock.installMockForType(CLOCK, Clock.class);
        TickSchedulerConfig config = OneShotSchedules.config("ticks");
        QuarkusMock.installMockForType(new TickScheduler(config, counters, CLOCK, schedules), TickScheduler.class);
    }

    @Test
    @Order(1)
    void idleMonth_runsWhenWorkIsDueAndAtMostEverySixHours() throws Exception {
        call(CLOCK.instant(), event("schedule-deployed"), false);
        // A migration in the code of this release is pending.
        runUntil(START.plus(Duration.ofMinutes(5)));
        assertEquals(List.of(), schedules.pending(), "a new stack has no work");
        ran.clear();

        post("/v1/leaderboards", "{'id':'weekly','rankingType':'SCORE','reset':{'cron':'0 0 * * 1'}}", 201);
        post("/v1/leaderboards/weekly/scores", "{'playerId':'ann','value':10}", 200);
        post("/v1/leaderboards/weekly/scores", "{'playerId':'bob','value':20}", 200);
        given().contentType("application/json")
                .body("{\"strategy\": \"MANUAL\"}")
                .put("/v1/entity-types/DUEL")
                .then()
                .statusCode(200);
        post("/v1/entities", "{'id':'duel','type':'DUEL','state':{'hp':1}}", 201);
        patch("{'set':{'hp':2}}", 200);
        patch("{'set':{'hp':9},'baseVersion':1,'mutationId':'m1'}", 202);
        post("/v1/entities", "{'id':'ui','type':'UI_STATE','state':{'hp':1}}", 201);
        post(
                "/v1/migrations",
                "{'version':'1.0.0','description':'health','target':{'entityType':'UI_STATE'},"
                        + "'up':{'operations':[{'op':'rename','from':'hp','path':'health'}]}}",
                201);
        String erasure = given().delete("/v1/players/bob").then().extract().path("id");
        drain();
        assertEquals(List.of(Instant.parse("2026-11-30T08:16:00Z")), schedules.pending(), "one tick for all changes");

        runUntil(START.plus(Duration.ofMinutes(30)));
        assertEquals(Instant.parse("2026-11-30T08:16:00Z"), first("/conflicts"), "the minute after the deadline");
        given().get("/v1/migrations/1.0.0").then().body("status", equalTo("APPLIED"));
        given().get("/v1/entities/ui").then().body("state.health", equalTo(1));
        given().get("/v1/erasures/" + erasure).then().body("finishedAt", notNullValue());
        assertEquals(Instant.parse("2026-11-30T08:21:00Z"), first("/erasures"), "five minutes after the first pass");
        // The requests just made are stored with a later one, whose record wakes the schedule for a data point.
        CLOCK.move(Duration.ofSeconds(10));
        given().get("/v1/leaderboards/weekly").then().statusCode(200);
        drain();
        assertEquals(1, schedules.pending().stream().filter(this::isSoon).count(), "requests without a write");
        long busy = calls();
        assertTrue(busy < 20, busy + " calls in half an hour");

        runUntil(START.plus(Duration.ofDays(30)));
        List<Instant> closings = ran.stream()
                .filter(run -> run.count("/leaderboards/closed") == 1)
                .map(Ran::due)
                .toList();
        assertEquals(4, closings.size(), closings.toString());
        for (int week = 0; week < 4; week++) {
            Instant end = Instant.parse("2026-12-07T00:00:00Z").plus(Duration.ofDays(7L * week));
            assertTrue(ran.stream().anyMatch(run -> run.due().equals(end) && run.count("/leaderboards/boards") == 1));
            assertTrue(closings.get(week).isBefore(end.plus(Duration.ofMinutes(6))), closings.toString());
        }
        long idle = calls() - busy;
        System.out.println("Calls of the schedule function in an idle month with one weekly board: " + idle);
        // 120 by the net, 2 for each daily snapshot, and about 5 for each season end.
        assertTrue(idle <= 120 + 2 * 30 + 4 * 6, idle + " calls");
        given().get("/v1/monitoring")
                .then()
                .body("points.size()", greaterThan(3))
                .body("points[-1].leaderboardStore.totalLeaderboards", equalTo(1));
        given().delete("/v1/leaderboards/weekly").then().statusCode(204);
        drain();
    }

    @Test
    @Order(2)
    void lostTicks_delayWorkByAtMostTheNet() throws Exception {
        post("/v1/leaderboards", "{'id':'daily','rankingType':'SCORE','reset':{'cron':'30 3 * * *'}}", 201);
        drain();
        runUntil(CLOCK.instant().plus(Duration.ofMinutes(10)));
        assertFalse(schedules.pending().isEmpty());
        schedules.lose();
        ran.clear();
        Instant end = nextEnd();
        runUntil(end.plus(NET));
        Instant closed = first("/leaderboards/closed");
        assertTrue(closed.isBefore(end.plus(NET)), end + " closed at " + closed);

        // Every request fails: the call reports the failure, so that Lambda repeats it and the alarm fires.
        end = nextEnd();
        runUntil(end.minusSeconds(30));
        schedules.fail(true);
        ran.clear();
        counters.take();
        runUntil(end.plusSeconds(90));
        assertTrue(ran.stream().anyMatch(run -> run.done().isMissingNode()), () -> "the call fails: " + ran);
        assertTrue(counters.take().containsKey(Counters.WAKE_UP_FAILURES));
        schedules.fail(false);
        runUntil(end.plus(NET));
        assertTrue(nextEnd().isAfter(end), "the work was done before the request failed");
        assertTrue(schedules.pending().contains(nextEnd()), () -> "the net requests the next tick: " + ran);
        given().delete("/v1/leaderboards/daily").then().statusCode(204);
        drain();
    }

    @Test
    @Order(3)
    void streamRecords_wakeUnlessTheyExpireOrAreNoWork() throws Exception {
        schedules.lose();
        assertEquals(1, requestsOf(event("leaderboard-stream"), event("leaderboard-stream")), "entries, once a minute");
        ObjectNode expired = (ObjectNode) JSON.readTree(event("leaderboard-stream"));
        expired.path("Records").forEach(record -> ((ObjectNode) record)
                .putObject("userIdentity")
                .put("principalId", "dynamodb.amazonaws.com")
                .put("type", "Service"));
        assertEquals(0, requestsOf(expired.toString()), "expired items");
        assertEquals(1, requestsOf(keys("integration", "default#traffic", "3")), "request counts");
        assertEquals(1, requestsOf(keys("integration", "default#wake", "wake")), "a wake-up");
        assertEquals(0, requestsOf(keys("integration", "default#points", "0001796025600000")), "a data point");
        assertEquals(0, requestsOf(keys("integration", "default#monitoring", "head")), "the head of the data points");
        assertEquals(1, requestsOf(keys("erasures", "default#erasure#e1", "erasure")), "an erasure");
        assertEquals(0, requestsOf(keys("erasures", "default#running", "e1")), "the list of erasures");
        assertEquals(1, requestsOf(keys("replication", "default#conflict#c1", "conflict")), "a conflict");
        assertEquals(1, requestsOf("{}", keys("boards", "default#boards", "b1")), "a batch that failed");
    }

    /** Number of requests that batches cause, each batch in a minute of its own. */
    private int requestsOf(String... batches) throws Exception {
        CLOCK.move(Duration.ofMinutes(1));
        int before = schedules.requests();
        for (String batch : batches) {
            handlers.find("event-stream").orElseThrow().invoke(batch);
        }
        return schedules.requests() - before;
    }

    private String keys(String table, String partition, String sort) {
        return """
                {"Records": [{"eventID": "1", "eventName": "MODIFY", "eventSource": "aws:dynamodb",
                  "eventSourceARN": "arn:aws:dynamodb:eu-west-1:1:table/%s/stream/2026",
                  "dynamodb": {"SequenceNumber": "1", "StreamViewType": "KEYS_ONLY",
                    "Keys": {"pk": {"S": "%s"}, "sk": {"S": "%s"}}}}]}""".formatted(tables.prefix() + table, partition, sort);
    }

    private boolean isSoon(Instant tick) {
        return tick.isBefore(CLOCK.instant().plus(Duration.ofMinutes(2)));
    }

    private Instant nextEnd() {
        return Instant.parse(given().get("/v1/leaderboards/daily")
                .then()
                .statusCode(200)
                .extract()
                .path("seasonEndsAt"));
    }

    /** The number of calls, without repeated deliveries of the same tick. */
    private long calls() {
        return ran.stream().filter(run -> !run.repeated()).count();
    }

    /** The due time of the first call with a count. */
    private Instant first(String pointer) {
        return ran.stream()
                .filter(run -> run.count(pointer) > 0)
                .map(Ran::due)
                .findFirst()
                .orElseThrow(() -> new AssertionError("no " + pointer + " in " + ran));
    }

    /** Fires all schedules and runs of the net up to a time, each up to 50 s late. */
    private void runUntil(Instant until) throws Exception {
        while (true) {
            Instant net = START.plus(
                    NET.multipliedBy(Duration.between(START, CLOCK.instant()).dividedBy(NET) + 1));
            Instant limit = net.isBefore(until) ? net : until;
            Optional<OneShotSchedules.Fired> tick = schedules.fire(limit);
            if (tick.isEmpty() && net.isAfter(until)) {
                CLOCK.moveTo(until.isAfter(CLOCK.instant()) ? until : CLOCK.instant());
                return;
            }
            Instant due = tick.map(OneShotSchedules.Fired::at).orElse(net);
            Instant late = due.plusSeconds(random.nextInt(50));
            CLOCK.moveTo(late.isAfter(CLOCK.instant()) ? late : CLOCK.instant());
            String input = tick.map(OneShotSchedules.Fired::input).orElse(event("schedule"));
            call(due, input, false);
            if (random.nextInt(8) == 0) {
                call(due, input, true);
            }
        }
    }

    private void call(Instant due, String event, boolean repeated) throws Exception {
        JsonNode done;
        try {
            done = JSON.readTree(handlers.find("schedule").orElseThrow().invoke(event));
        } catch (RuntimeException e) {
            done = JSON.missingNode();
        }
        ran.add(new Ran(due, done, repeated));
        // A data point alone is no work, and its record wakes nobody.
        boolean idle = done.at("/leaderboards/boards").asInt() == 0
                && done.path("conflicts").asInt()
                                + done.path("erasures").asInt()
                                + done.path("purged").asInt()
                        == 0
                && done.path("integration").asInt() <= 1;
        if (!idle || ran.size() % 40 == 0) {
            long deadline = System.nanoTime() + Duration.ofSeconds(60).toNanos();
            while (runs.active("default").isPresent() && System.nanoTime() < deadline) {
                LockSupport.parkNanos(20_000_000);
            }
            drain();
        }
    }

    private String event(String name) throws Exception {
        return Files.readString(Path.of("infra/events/" + name + ".json"))
                .replace("table/statecraft-", "table/" + tables.prefix());
    }

    private static void post(String path, String body, int status) {
        given().contentType("application/json")
                .body(body.replace('\'', '"'))
                .post(path)
                .then()
                .statusCode(status);
    }

    private static void patch(String body, int status) {
        given().contentType("application/json")
                .body(body.replace('\'', '"'))
                .patch("/v1/entities/duel")
                .then()
                .statusCode(status);
    }

    private void drain() {
        local.pump().drain(Duration.ofSeconds(60));
    }
}
