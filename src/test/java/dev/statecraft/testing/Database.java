package dev.statecraft.testing;

import dev.statecraft.table.TableNames;
import java.util.List;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.streams.DynamoDbStreamsClient;

/** A database for tests: DynamoDB Local, or the model that passes the same contract suite. */
public interface Database {

    /** A client without retries, so that a test sees every response. */
    default DynamoDbClient client() {
        return client(List.of());
    }

    /** A client whose calls pass through interceptors, in this order. */
    DynamoDbClient client(List<ExecutionInterceptor> interceptors);

    /** The streams of the same database. */
    DynamoDbStreamsClient streams();

    /** New, empty tables of the project under a unique prefix. */
    TableNames freshTables();
}
