package dev.statecraft.testing.bench;

import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.Alternative;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import software.amazon.awssdk.core.SdkRequest;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;

/**
 * A route that repeats the recorded requests to DynamoDB of one operation after another, and responds with nothing: an empty
 * request and the bare SDK, in the threads and between the pauses of a request to the API.
 */
@Alternative
@Singleton
public final class BareCalls {

    static final String PATH = "/bare";

    private static volatile List<SdkRequest> calls = List.of();
    private static volatile int operations = 1;
    private static final AtomicInteger NEXT = new AtomicInteger();

    private final DynamoDbClient dynamo;

    BareCalls(DynamoDbClient dynamo) {
        this.dynamo = dynamo;
    }

    /** Sets the requests of a number of operations. */
    static void set(List<SdkRequest> recorded, int count) {
        calls = List.copyOf(recorded);
        operations = count;
        NEXT.set(0);
    }

    void route(@Observes Router router) {
        router.get(PATH).blockingHandler(this::repeat);
    }

    private void repeat(RoutingContext request) {
        int operation = Math.floorMod(NEXT.getAndIncrement(), operations);
        List<SdkRequest> all = calls;
        RepeatedCalls.repeat(
                dynamo, all.subList(all.size() * operation / operations, all.size() * (operation + 1) / operations));
        request.end();
    }
}
