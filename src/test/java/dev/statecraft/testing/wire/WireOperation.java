package dev.statecraft.testing.wire;

import com.fasterxml.jackson.databind.JsonNode;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.reflect.Method;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import software.amazon.awssdk.awscore.AwsRequest;
import software.amazon.awssdk.core.SdkClient;
import software.amazon.awssdk.core.SdkPojo;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.streams.DynamoDbStreamsClient;

/** An operation of the protocol: a method of a client that takes a request. */
record WireOperation(MethodHandle newBuilder, MethodHandle method) {

    /** All operations by the value of the header {@code X-Amz-Target}. */
    static Map<String, WireOperation> of(DynamoDbClient database, DynamoDbStreamsClient streams) {
        Map<String, WireOperation> operations = new HashMap<>();
        add(operations, "DynamoDB_20120810.", DynamoDbClient.class, database);
        add(operations, "DynamoDBStreams_20120810.", DynamoDbStreamsClient.class, streams);
        return operations;
    }

    private static <C extends SdkClient> void add(
            Map<String, WireOperation> operations, String service, Class<C> type, C client) {
        MethodHandles.Lookup lookup = MethodHandles.publicLookup();
        for (Method method : type.getMethods()) {
            Class<?>[] parameters = method.getParameterTypes();
            if (parameters.length == 1
                    && AwsRequest.class.isAssignableFrom(parameters[0])
                    && SdkPojo.class.isAssignableFrom(method.getReturnType())) {
                try {
                    String name = method.getName();
                    operations.put(
                            service + name.substring(0, 1).toUpperCase(Locale.ROOT) + name.substring(1),
                            new WireOperation(
                                    lookup.unreflect(parameters[0].getMethod("builder")),
                                    lookup.unreflect(method).bindTo(client)));
                } catch (ReflectiveOperationException e) {
                    throw new IllegalStateException(method.toString(), e);
                }
            }
        }
    }

    /** The request that a body describes. */
    Object request(JsonNode body) throws Throwable {
        return WireJson.read(body, (SdkPojo) newBuilder.invoke());
    }

    SdkPojo call(Object request) throws Throwable {
        return (SdkPojo) method.invoke(request);
    }
}
