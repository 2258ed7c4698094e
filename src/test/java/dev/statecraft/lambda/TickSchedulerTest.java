package dev.statecraft.lambda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.statecraft.leaderboard.MovingClock;
import dev.statecraft.table.Counters;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.http.apache.ApacheHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.retries.DefaultRetryStrategy;
import software.amazon.awssdk.services.scheduler.SchedulerClient;

/** The SDK calls a local server that behaves like EventBridge Scheduler. */
class TickSchedulerTest {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Instant START = Instant.parse("2026-11-30T08:11:20Z");

    private final MovingClock clock = new MovingClock(START);
    private final Counters counters = new Counters();
    private final List<String> requests = new ArrayList<>();
    private final Set<String> names = new HashSet<>();
    private JsonNode last = JSON.nullNode();
    private HttpServer server;
    private boolean down;

    /** How long a request takes; the server rejects a time that has passed when it arrives. */
    private Duration transfer = Duration.ZERO;

    @BeforeEach
    void start() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/schedules/", exchange -> {
            String name = exchange.getRequestURI().getPath().substring("/schedules/".length());
            last = JSON.readTree(exchange.getRequestBody());
            requests.add(name);
            clock.move(transfer);
            Instant at = Instant.parse(last.path("ScheduleExpression").asText().replaceAll("at\\((.*)\\)", "$1Z"));
            String error = down
                    ? "InternalServerException"
                    : at.isBefore(clock.instant())
                            ? "ValidationException"
                            : names.add(name) ? null : "ConflictException";
            answer(exchange, error);
        });
        server.start();
    }

    private static void answer(HttpExchange exchange, @Nullable String error) throws IOException {
        Map<String, Integer> statuses =
                Map.of("InternalServerException", 500, "ValidationException", 400, "ConflictException", 409);
        byte[] body = (error == null ? "{\"ScheduleArn\":\"arn\"}" : "{\"Message\":\"" + error + "\"}")
                .getBytes(StandardCharsets.UTF_8);
        if (error != null) {
            exchange.getResponseHeaders().add("x-amzn-ErrorType", error);
        }
        exchange.getResponseHeaders().add("Content-Type", "application/json");
        exchange.sendResponseHeaders(error == null ? 200 : statuses.get(error), body.length);
        exchange.getResponseBody().write(body);
        exchange.close();
    }

    @AfterEach
    void stop() {
        server.stop(0);
    }

    private TickScheduler instance() {
        return new TickScheduler(
                OneShotSchedules.config("stack-ticks"),
                counters,
                clock,
                SchedulerClient.builder()
                        .endpointOverride(URI.create(
                                "http://localhost:" + server.getAddress().getPort()))
                        .region(Region.US_EAST_1)
                        .credentialsProvider(
                                StaticCredentialsProvider.create(AwsBasicCredentials.create("local", "local")))
                        .httpClient(ApacheHttpClient.create())
                        .overrideConfiguration(client -> client.retryStrategy(DefaultRetryStrategy.doNotRetry()))
                        .build());
    }

    @Test
    void tick_isAOneShotScheduleThatDeletesItself() throws IOException {
        instance().request(Instant.parse("2026-12-07T00:00:00Z"));
        assertEquals(List.of("tick-20261207T0000"), requests);
        assertEquals("at(2026-12-07T00:00:00)", last.path("ScheduleExpression").asText());
        assertEquals("UTC", last.path("ScheduleExpressionTimezone").asText());
        assertEquals("DELETE", last.path("ActionAfterCompletion").asText());
        assertEquals("stack-ticks", last.path("GroupName").asText());
        assertEquals("OFF", last.at("/FlexibleTimeWindow/Mode").asText());
        assertEquals("arn:target", last.at("/Target/Arn").asText());
        assertEquals("arn:role", last.at("/Target/RoleArn").asText());
        ScheduleHandler.Tick tick = JSON.readValue(last.at("/Target/Input").asText(), ScheduleHandler.Tick.class);
        assertEquals(new ScheduleHandler.Tick("tick-20261207T0000", "2026-12-07T00:00:00Z"), tick);
    }

    @Test
    void minute_startsAtOrAfterTheDueTimeAndIsNeverTheCurrentOne() {
        assertEquals("08:12", minute("2026-11-30T00:00:00Z"));
        assertEquals("08:12", minute("2026-11-30T08:12:00Z"));
        assertEquals("08:13", minute("2026-11-30T08:12:00.001Z"));
        assertEquals("09:00", minute("2026-11-30T08:59:59Z"));
        clock.moveTo(Instant.parse("2026-11-30T08:11:57Z"));
        assertEquals("08:12", minute("2026-11-30T00:00:00Z"));
        clock.moveTo(Instant.parse("2026-11-30T08:11:57.001Z"));
        assertEquals("08:13", minute("2026-11-30T00:00:00Z"), "the request could arrive late");
    }

    private String minute(String due) {
        return TickScheduler.minute(Instant.parse(due), clock.instant())
                .toString()
                .substring(11, 16);
    }

    @Test
    void sameMinute_isRequestedOncePerInstanceAndCreatedOnce() {
        TickScheduler one = instance();
        TickScheduler other = instance();
        for (int i = 0; i < 5; i++) {
            one.wake();
            other.wake();
            one.request(START.plusSeconds(3));
        }
        assertEquals(List.of("tick-20261130T0812", "tick-20261130T0812"), requests);
        assertEquals(1, names.size());
        clock.move(Duration.ofMinutes(1));
        one.wake();
        assertEquals("tick-20261130T0813", requests.get(2));
    }

    @Test
    void rememberedMinutes_areBounded() {
        TickScheduler ticks = instance();
        for (int i = 1; i <= 300; i++) {
            ticks.request(START.plus(Duration.ofMinutes(i)));
        }
        assertEquals(300, names.size());
        ticks.request(START.plus(Duration.ofHours(5)));
        assertEquals(300, requests.size());
    }

    @Test
    void requestThatArrivesInItsMinute_isMadeForTheNextOne() {
        transfer = Duration.ofSeconds(45);
        instance().wake();
        assertEquals(List.of("tick-20261130T0812", "tick-20261130T0813"), requests);
        assertEquals(Set.of("tick-20261130T0813"), names);
        assertEquals(Map.of(), counters.take());
    }

    @Test
    void failure_isCountedOnWakingAndThrownOnRequest() {
        down = true;
        TickScheduler ticks = instance();
        ticks.wake();
        assertEquals(Map.of(Counters.WAKE_UP_FAILURES, 1L), counters.take());
        assertThrows(SdkException.class, () -> ticks.request(START));
        down = false;
        ticks.wake();
        assertEquals(Set.of("tick-20261130T0812"), names, "a failed request is repeated");
    }

    @Test
    void withoutAGroup_nothingIsRequested() {
        TickScheduler ticks = new TickScheduler(OneShotSchedules.config(null), counters, clock);
        ticks.wake();
        ticks.request(START);
        assertEquals(List.of(), requests);
    }
}
