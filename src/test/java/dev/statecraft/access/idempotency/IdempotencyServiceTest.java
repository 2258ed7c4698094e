package dev.statecraft.access.idempotency;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.statecraft.access.AccessParts;
import dev.statecraft.access.idempotency.IdempotencyStore.Answer;
import dev.statecraft.access.idempotency.IdempotencyStore.Answered;
import dev.statecraft.access.idempotency.IdempotencyStore.Attempt;
import dev.statecraft.access.idempotency.IdempotencyStore.Claimed;
import dev.statecraft.access.idempotency.IdempotencyStore.Request;
import dev.statecraft.access.key.KeyFormat;
import dev.statecraft.http.ProblemException;
import dev.statecraft.leaderboard.MovingClock;
import dev.statecraft.table.TableNames;
import dev.statecraft.testing.OnDynamoDbLocal;
import dev.statecraft.testing.TestDatabase;
import dev.statecraft.testing.dynamo.ModelDatabase;
import dev.statecraft.testing.fault.FaultKind;
import dev.statecraft.testing.fault.FaultyDynamo;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;

/** Two instances on the same tables; a request may reach either one. */
@OnDynamoDbLocal
class IdempotencyServiceTest {

    private static final Answer ANSWER = new Answer(201, Map.of("Location", "/v1/things/1"), "{\"name\":\"é\"}");

    private final TableNames tables = TestDatabase.freshTables();
    private final DynamoDbClient dynamo = TestDatabase.client(new ExecutionInterceptor() {});
    private final MovingClock clock = new MovingClock(Instant.parse("2038-11-30T12:00:00Z"));
    private final AccessParts parts = new AccessParts(dynamo, tables, clock, Map.of());
    private final IdempotencyService one = parts.idempotency();
    private final IdempotencyService other = new AccessParts(dynamo, tables, clock, Map.of()).idempotency();
    private final Request request = new Request("game", UUID.randomUUID().toString(), "body");

    @Test
    void storedResponse_isReturnedByEveryInstance() {
        Attempt first = claimed(one);
        assertFalse(first.retry());
        one.complete(request, first, ANSWER);
        for (IdempotencyService instance : List.of(one, other)) {
            Answered answered = assertInstanceOf(Answered.class, instance.start(request));
            assertEquals(ANSWER, answered.answer());
            assertEquals(first.seed(), answered.attempt().seed());
            assertEquals(clock.instant(), answered.attempt().startedAt());
        }
    }

    @Test
    void differentBody_isRejectedBeforeAndAfterTheResponse() {
        Request changed = new Request(request.game(), request.name(), "another");
        Attempt first = claimed(one);
        assertEquals(422, refused(other, changed));
        one.complete(request, first, ANSWER);
        assertEquals(422, refused(other, changed));
    }

    @Test
    void identicalActiveRequest_isNotProcessedAgain() {
        claimed(one);
        assertEquals(503, refused(other, request));
        assertEquals(503, refused(one, request));
    }

    /** The SDK sends the claim again after a lost response. The second attempt is rejected because of the first one. */
    @Test
    void claimThatTheSdkSendsTwice_isNotTakenForAnotherRequest() {
        FaultyDynamo faults = new FaultyDynamo();
        // Clients of DynamoDB Local do not repeat requests.
        ModelDatabase model = new ModelDatabase();
        IdempotencyService unlucky =
                new AccessParts(model.client(List.of(faults)), model.freshTables(), clock, Map.of()).idempotency();
        faults.resendOnce(0);
        Attempt first = claimed(unlucky);
        assertEquals(1, faults.fired().get(FaultKind.RESENT));
        assertFalse(first.retry());

        clock.move(IdempotencyService.LEASE);
        // The first write finds the record of the first attempt, the second one claims it.
        faults.resendOnce(1);
        Attempt again = claimed(unlucky);
        assertEquals(2, faults.fired().get(FaultKind.RESENT));
        assertTrue(again.retry());
        assertEquals(first.seed(), again.seed());
    }

    @Test
    void concurrentRequests_areProcessedOnce() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(8);
        try {
            List<Callable<Boolean>> calls = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                IdempotencyService instance = i % 2 == 0 ? one : other;
                calls.add(() -> {
                    if (instance.start(request) instanceof Claimed claimed) {
                        instance.complete(request, claimed.attempt(), ANSWER);
                        return true;
                    }
                    return false;
                });
            }
            int ran = 0;
            for (Future<Boolean> call : threads.invokeAll(calls)) {
                ran += call.get() ? 1 : 0;
            }
            assertEquals(1, ran);
        } finally {
            threads.shutdownNow();
        }
    }

    /** An instance that fails between the effect and the response leaves a record without a response. */
    @Test
    void abandonedAttempt_isRetriedWithTheSameSeed() {
        Attempt lost = claimed(one);
        clock.move(IdempotencyService.LEASE);
        Attempt again = claimed(other);
        assertTrue(again.retry());
        assertEquals(lost.seed(), again.seed());
        assertEquals(lost.startedAt(), again.startedAt());
        one.complete(request, lost, new Answer(500, Map.of(), null));
        assertEquals(503, refused(one, request), "the answer of an attempt that was given up is not kept");
        other.complete(request, again, ANSWER);
        assertInstanceOf(Answered.class, one.start(request));
    }

    @Test
    void failedAttempt_isRetriedImmediatelyAndRejectedOneReleasesTheKey() {
        Attempt failed = claimed(one);
        one.fail(request, failed, false);
        Attempt again = claimed(other);
        assertEquals(failed.seed(), again.seed());
        other.fail(request, again, true);
        Request changed = new Request(request.game(), request.name(), "another");
        Attempt fresh = assertInstanceOf(Claimed.class, one.start(changed)).attempt();
        assertFalse(fresh.retry());
        assertNotEquals(failed.seed(), fresh.seed());
    }

    @Test
    void storedResponse_expiresAfterTheRetention() {
        one.complete(request, claimed(one), ANSWER);
        clock.move(Duration.ofDays(1).minusSeconds(1));
        assertInstanceOf(Answered.class, one.start(request));
        clock.move(Duration.ofSeconds(1));
        assertFalse(claimed(one).retry());
    }

    /** The secret of an API key is derived from the record, the signing key and the Idempotency-Key, all three. */
    @Test
    void derivedKey_isTheSameForTheSameRequestOnly() {
        Attempt attempt = claimed(one);
        KeyFormat text = parts.derivation().text(attempt, "k");
        assertTrue(KeyFormat.read(text.text()).isPresent());
        assertEquals(
                text,
                new AccessParts(dynamo, tables, clock, Map.of()).derivation().text(attempt, "k"));
        assertNotEquals(text, parts.derivation().text(attempt, "l"));
        assertNotEquals(
                text, parts.derivation().text(new Attempt(attempt.token(), "seed", attempt.startedAt(), false), "k"));
        assertNotEquals(
                text,
                parts.derivation()
                        .text(
                                new Attempt(
                                        attempt.token(),
                                        attempt.seed(),
                                        attempt.startedAt().plus(Duration.ofDays(1)),
                                        false),
                                "k"));
    }

    private Attempt claimed(IdempotencyService instance) {
        return assertInstanceOf(Claimed.class, instance.start(request)).attempt();
    }

    private static int refused(IdempotencyService instance, Request request) {
        return assertThrows(ProblemException.class, () -> instance.start(request))
                .problem()
                .status();
    }
}
