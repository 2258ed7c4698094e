package dev.statecraft.testing.workload;

import dev.statecraft.testing.simulation.Simulation;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.UUID;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.DynamoDbRequest;
import software.amazon.awssdk.services.dynamodb.model.TransactWriteItemsRequest;

/**
 * A client as the SDK configures it by default: it sends a request again whose answer is missing, without telling its
 * caller. A transaction keeps its token, so that it is applied once; any other write may be applied twice. Some calls
 * are sent late, because the process did not run for a while.
 */
final class ResendingClient implements InvocationHandler {

    private static final double LATE = 0.003;
    private static final int MOST_LATE_MILLIS = 8_000;

    private final Simulation simulation;
    private final DynamoDbClient next;

    private ResendingClient(Simulation simulation, DynamoDbClient next) {
        this.simulation = simulation;
        this.next = next;
    }

    /** Wraps a client. */
    static DynamoDbClient of(Simulation simulation, DynamoDbClient next) {
        return (DynamoDbClient) Proxy.newProxyInstance(
                ResendingClient.class.getClassLoader(),
                new Class<?>[] {DynamoDbClient.class},
                new ResendingClient(simulation, next));
    }

    @Override
    public Object invoke(Object proxy, Method method, Object[] arguments) throws Throwable {
        if (arguments == null || arguments.length != 1 || !(arguments[0] instanceof DynamoDbRequest request)) {
            return method.isDefault()
                    ? InvocationHandler.invokeDefault(proxy, method, arguments)
                    : sent(method, arguments);
        }
        if (simulation.isCalm() || simulation.chances().fault() == 0) {
            return sent(method, request);
        }
        if (simulation.random().nextDouble() < LATE) {
            simulation.coverage().count("call sent late");
            simulation.pause(Duration.ofMillis(simulation.random().nextInt(MOST_LATE_MILLIS)));
        }
        if (simulation.random().nextDouble() >= simulation.chances().fault()) {
            return sent(method, request);
        }
        DynamoDbRequest first =
                request instanceof TransactWriteItemsRequest transaction && transaction.clientRequestToken() == null
                        ? transaction.toBuilder()
                                .clientRequestToken(new UUID(
                                                simulation.random().nextLong(),
                                                simulation.random().nextLong())
                                        .toString())
                                .build()
                        : request;
        simulation.coverage().count("request sent again by the SDK");
        try {
            sent(method, first);
        } catch (SdkException e) {
            simulation.trace("lost, because the SDK sends the request again: " + e.getMessage());
        }
        return sent(method, first);
    }

    private Object sent(Method method, Object... arguments) throws Throwable {
        try {
            return method.invoke(next, arguments);
        } catch (InvocationTargetException e) {
            throw e.getCause();
        }
    }
}
