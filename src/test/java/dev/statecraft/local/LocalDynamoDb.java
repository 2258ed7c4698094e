package dev.statecraft.local;

import dev.statecraft.local.template.Template;
import dev.statecraft.table.TableNames;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.awscore.client.builder.AwsClientBuilder;
import software.amazon.awssdk.awscore.retry.AwsRetryStrategy;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;
import software.amazon.awssdk.http.SdkHttpClient;
import software.amazon.awssdk.http.apache.ApacheHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.streams.DynamoDbStreamsClient;

/**
 * DynamoDB for tests without Quarkus. Every caller of {@link #freshTables()} gets separate tables in a process that
 * many tests share. If {@code statecraft.test.dynamodb-endpoint} is set, that endpoint is used and no process is
 * started.
 */
public final class LocalDynamoDb {

    /** A system property instead of a static field, because Quarkus loads test resources and tests separately. */
    private static final String ENDPOINT = "statecraft.test.dynamodb-endpoint";

    /**
     * DynamoDB Local keeps the stream records of deleted tables for a day. Every write and every read of a stream
     * iterates over all records older than those of the stream.
     */
    private static final long NEW_PROCESS_AFTER_NANOS = Duration.ofSeconds(30).toNanos();

    /** Threads of one test that send requests at the same time. */
    private static final int MOST_CONNECTIONS = 300;

    /** The process, which runs until the JVM ends or until {@link #renew()}. */
    private static @Nullable DynamoDbLocal own;

    private static long startedNanos;

    /** Whether there are tables that are used after the end of their test. */
    private static final String LASTING = "statecraft.test.dynamodb-lasts";

    /** One pool of connections for all clients, because tests do not close theirs. */
    private static final SdkHttpClient HTTP =
            ApacheHttpClient.builder().maxConnections(MOST_CONNECTIONS).build();

    private static final AtomicInteger PREFIXES = new AtomicInteger();

    private static final Queue<Ending> ENDING = new ConcurrentLinkedQueue<>();

    private record Ending(Template template, String prefix) {}

    static final Region REGION = Region.EU_CENTRAL_1;
    static final String ACCESS_KEY = "local";
    static final String SECRET_KEY = "local";

    private LocalDynamoDb() {}

    /** The endpoint of DynamoDB; started at the first use and stopped with the JVM. */
    public static synchronized URI endpoint() {
        @Nullable String running = System.getProperty(ENDPOINT);
        if (running != null && !running.isBlank()) {
            return URI.create(running);
        }
        DynamoDbLocal started = DynamoDbLocal.start(0, null);
        own = started;
        startedNanos = System.nanoTime();
        System.setProperty(ENDPOINT, started.endpoint().toString());
        return started.endpoint();
    }

    /**
     * Stops using the current process, so that the next client starts another one; does nothing for a configured
     * endpoint.
     */
    static synchronized void renew() {
        if (own != null) {
            own.close();
            own = null;
            ENDING.clear();
            System.clearProperty(LASTING);
            System.clearProperty(ENDPOINT);
        }
    }

    /**
     * Sets the database of all following tests; null uses a process of this class again.
     *
     * @return the endpoint until now; null if there was none
     */
    public static synchronized @Nullable URI useEndpoint(@Nullable URI endpoint) {
        System.clearProperty(LASTING);
        @Nullable String before =
                endpoint == null ? System.clearProperty(ENDPOINT) : System.setProperty(ENDPOINT, endpoint.toString());
        return before == null ? null : URI.create(before);
    }

    /** A client without retries, so that a test sees every response. */
    public static DynamoDbClient client() {
        return client(endpoint());
    }

    /** A client without timeouts: under many writes, DynamoDB Local may pause for a minute. */
    public static DynamoDbClient patientClient() {
        return configured(
                        DynamoDbClient.builder()
                                .httpClientBuilder(ApacheHttpClient.builder()
                                        .maxConnections(MOST_CONNECTIONS)
                                        .socketTimeout(Duration.ofMinutes(10))),
                        endpoint())
                .build();
    }

    /** A client with interceptors, which may count consumption or fail calls. */
    public static DynamoDbClient client(List<ExecutionInterceptor> interceptors) {
        return configured(DynamoDbClient.builder().httpClient(HTTP), endpoint())
                .overrideConfiguration(
                        o -> o.retryStrategy(AwsRetryStrategy.doNotRetry()).executionInterceptors(interceptors))
                .build();
    }

    /** A client of another database. */
    public static DynamoDbClient client(URI endpoint) {
        return configured(DynamoDbClient.builder().httpClient(HTTP), endpoint).build();
    }

    /** The streams of the same database. */
    public static DynamoDbStreamsClient streams() {
        return streams(endpoint());
    }

    /** The streams of another database. */
    public static DynamoDbStreamsClient streams(URI endpoint) {
        return configured(DynamoDbStreamsClient.builder().httpClient(HTTP), endpoint)
                .build();
    }

    /** New, empty tables of the project under a unique prefix, until the end of the calling test. */
    public static TableNames freshTables() {
        return freshTables(Template.ofProject());
    }

    /**
     * As {@link #freshTables()}, without local indexes and in a database that has held nothing else: at every write,
     * DynamoDB Local adds up all items of a partition key of a table that has local indexes, and looks for the first
     * record of the table's stream among those of all tables there ever were. Both make a large table take hours to
     * fill.
     *
     * @param streams whether the tables have them; without, nothing slows down with the number of writes
     */
    public static TableNames freshTablesToFill(boolean streams) {
        renew();
        Template template = Template.ofProject();
        return freshTables(new Template(
                template.tables().stream()
                        .map(table -> new Template.Table(
                                table.logicalId(),
                                table.name(),
                                table.key(),
                                table.attributes().stream()
                                        .filter(attribute -> table.localIndexes().stream()
                                                .flatMap(index -> index.keySchema().stream())
                                                .noneMatch(key ->
                                                        key.attributeName().equals(attribute.attributeName())
                                                                && !table.key().contains(key)))
                                        .toList(),
                                table.globalIndexes(),
                                List.of(),
                                streams ? table.streamView() : null,
                                table.ttlAttribute()))
                        .toList(),
                template.streamMappings(),
                template.schedules()));
    }

    public static TableNames freshTables(Template template) {
        return endingWithTheTest(template, newTables(template));
    }

    /** New, empty tables of the project under a unique prefix, until the database ends. */
    public static synchronized TableNames lastingTables() {
        System.setProperty(LASTING, "true");
        return newTables(Template.ofProject());
    }

    private static TableNames newTables(Template template) {
        String prefix =
                "t%s-%d-%d-".formatted(ProcessHandle.current().pid(), System.nanoTime(), PREFIXES.incrementAndGet());
        try (DynamoDbClient dynamoDb = client()) {
            new LocalTables(dynamoDb, template, prefix).createMissing();
        }
        return () -> prefix;
    }

    private static TableNames endingWithTheTest(Template template, TableNames tables) {
        ENDING.add(new Ending(template, tables.prefix()));
        return tables;
    }

    /** Deletes the tables that {@link #freshTables()} created, or abandons them with their process. */
    static synchronized void endFreshTables() {
        if (own != null && !Boolean.getBoolean(LASTING) && System.nanoTime() - startedNanos > NEW_PROCESS_AFTER_NANOS) {
            renew();
        }
        if (ENDING.isEmpty()) {
            return;
        }
        try (DynamoDbClient dynamoDb = client()) {
            for (Ending ended = ENDING.poll(); ended != null; ended = ENDING.poll()) {
                new LocalTables(dynamoDb, ended.template(), ended.prefix()).delete();
            }
        }
    }

    private static <B extends AwsClientBuilder<B, ?>> B configured(B builder, URI endpoint) {
        return builder.endpointOverride(endpoint)
                .region(REGION)
                .credentialsProvider(
                        StaticCredentialsProvider.create(AwsBasicCredentials.create(ACCESS_KEY, SECRET_KEY)))
                .overrideConfiguration(o -> o.retryStrategy(AwsRetryStrategy.doNotRetry()));
    }
}
