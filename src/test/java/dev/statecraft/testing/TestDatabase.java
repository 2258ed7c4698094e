package dev.statecraft.testing;

import dev.statecraft.local.LocalDynamoDb;
import dev.statecraft.table.TableNames;
import dev.statecraft.testing.dynamo.ModelDatabase;
import java.util.List;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.streams.DynamoDbStreamsClient;

/**
 * The database of the running test. It is the model, empty at the begin of each test, because it answers faster than
 * DynamoDB Local and by AWS's rules where DynamoDB Local does not. It is DynamoDB Local in a class with
 * {@link OnDynamoDbLocal} and with {@code -Dstatecraft.test.dynamodb=local}. Within a running application it is the
 * database of the application.
 */
public final class TestDatabase {

    /** Which database tests use: {@code model} or {@code local}. */
    public static final String CHOICE = "statecraft.test.dynamodb";

    /** Set while an application runs: tests are loaded by another class loader than its database. */
    public static final String APPLICATION = "statecraft.test.application";

    private static final Database LOCAL = new Database() {
        @Override
        public DynamoDbClient client(List<ExecutionInterceptor> interceptors) {
            return LocalDynamoDb.client(interceptors);
        }

        @Override
        public DynamoDbStreamsClient streams() {
            return LocalDynamoDb.streams();
        }

        @Override
        public TableNames freshTables() {
            return LocalDynamoDb.freshTables();
        }
    };

    private static ModelDatabase model = new ModelDatabase();
    private static boolean local;

    private TestDatabase() {}

    /** The database of the running test. */
    public static synchronized Database current() {
        return local || isLocalByChoice() || Boolean.getBoolean(APPLICATION) ? LOCAL : model;
    }

    /** Whether tests use DynamoDB Local wherever they can. */
    public static boolean isLocalByChoice() {
        return System.getProperty(CHOICE, "model").equals("local");
    }

    /** Chooses the database of the tests of a class. */
    static synchronized void useLocal(boolean chosen) {
        local = chosen;
    }

    /** Forgets the model of a test. */
    static synchronized void endModel() {
        model = new ModelDatabase();
    }

    /** A client whose calls pass through an interceptor. */
    public static DynamoDbClient client(ExecutionInterceptor interceptor) {
        return current().client(List.of(interceptor));
    }

    /** A client. */
    public static DynamoDbClient client() {
        return current().client();
    }

    /** The streams. */
    public static DynamoDbStreamsClient streams() {
        return current().streams();
    }

    /** New, empty tables of the project, until the end of the calling test. */
    public static TableNames freshTables() {
        return current().freshTables();
    }
}
