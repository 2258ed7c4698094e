package dev.statecraft.local;

import dev.statecraft.local.stream.StreamPace;
import dev.statecraft.local.stream.StreamPump;
import dev.statecraft.local.template.ProjectFiles;
import dev.statecraft.local.template.Template;
import dev.statecraft.table.TableNames;
import io.quarkus.arc.profile.IfBuildProfile;
import io.quarkus.runtime.LaunchMode;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.core.http.HttpMethod;
import jakarta.annotation.Priority;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import jakarta.interceptor.Interceptor;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.http.apache.ApacheHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.streams.DynamoDbStreamsClient;

/**
 * Starts the local replacements of AWS services: in dev mode DynamoDB Local, the tables and the schedules; in dev mode
 * and tests the stream pump. In tests, the test resource provides DynamoDB and the tables; without it, nothing starts.
 */
@Singleton
@IfBuildProfile(anyOf = {"dev", "test"})
public final class LocalRuntime {

    private static final Logger LOG = Logger.getLogger(LocalRuntime.class);
    private static final int FILTER_PRIORITY = 100;

    private final LocalConfig config;
    private final TableNames tables;
    private final DynamoDbClient dynamoDb;
    private final LocalHandlers handlers;
    private final LocalScheduler scheduler;
    private @Nullable DynamoDbStreamsClient streams;
    private @Nullable StreamPump pump;

    LocalRuntime(
            LocalConfig config,
            TableNames tables,
            DynamoDbClient dynamoDb,
            LocalHandlers handlers,
            LocalScheduler scheduler) {
        this.config = config;
        this.tables = tables;
        this.dynamoDb = dynamoDb;
        this.handlers = handlers;
        this.scheduler = scheduler;
    }

    /**
     * The pump that delivers stream records, for tests that wait until all records are processed.
     *
     * @throws IllegalStateException if {@code statecraft.local.pump} is off or there is no DynamoDB
     */
    public StreamPump pump() {
        if (pump == null) {
            throw new IllegalStateException("The stream pump is not running");
        }
        return pump;
    }

    void start(@Observes @Priority(Interceptor.Priority.PLATFORM_BEFORE) StartupEvent event) {
        Optional<URI> endpoint = dynamoDb.serviceClientConfiguration().endpointOverride();
        if (endpoint.isEmpty()) {
            return;
        }
        Template template = Template.ofProject();
        if (LaunchMode.current() == LaunchMode.DEVELOPMENT) {
            startDatabase(template);
        }
        if (config.pump()) {
            startPump(template, endpoint.get());
        }
        if (config.scheduler()) {
            scheduler.start(template.schedules());
        }
    }

    /** A response of a request that may write records ends the pump's wait. */
    void filters(@Observes Filters filters) {
        filters.register(
                request -> {
                    if (!request.request().method().equals(HttpMethod.GET)) {
                        request.addEndHandler(end -> wake());
                    }
                    request.next();
                },
                FILTER_PRIORITY);
    }

    private void wake() {
        if (pump != null) {
            pump.wake();
        }
    }

    void stop(@Observes ShutdownEvent event) {
        scheduler.stop();
        if (pump != null) {
            pump.close();
        }
        if (streams != null) {
            streams.close();
        }
    }

    private void startDatabase(Template template) {
        try {
            DevDynamoDb.ensure(
                    config.dynamodbPort(),
                    config.data().map(ProjectFiles::resolve).orElse(null));
            new LocalTables(dynamoDb, template, tables.prefix()).createMissing();
        } catch (IllegalStateException e) {
            if (DevSession.isFirstStart()) {
                DevSession.exit(String.valueOf(e.getMessage()));
            }
            throw e;
        }
    }

    private void startPump(Template template, URI at) {
        List<StreamPump.Source> sources = new ArrayList<>();
        for (Template.StreamMapping mapping : template.streamMappings()) {
            handlers.find(mapping.handler())
                    .ifPresentOrElse(
                            function -> sources.add(new StreamPump.Source(mapping, function)),
                            () -> LOG.warnf(
                                    "The stream is not consumed, its handler does not exist: table=%s handler=%s",
                                    mapping.table(), mapping.handler()));
        }
        DynamoDbStreamsClient client = DynamoDbStreamsClient.builder()
                .endpointOverride(at)
                .region(Region.US_EAST_1)
                .credentialsProvider(StaticCredentialsProvider.create(AwsBasicCredentials.create("local", "local")))
                .httpClient(ApacheHttpClient.create())
                .build();
        streams = client;
        StreamPace pace = StreamPace.polling(config.streamPoll(), config.longestStreamPoll(), config.longestBackOff());
        pump = StreamPump.start(dynamoDb, client, tables.prefix(), sources, pace);
    }
}
