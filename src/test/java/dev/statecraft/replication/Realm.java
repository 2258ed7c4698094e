package dev.statecraft.replication;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.statecraft.combining.CombiningConfig;
import dev.statecraft.combining.CombiningQueue;
import dev.statecraft.combining.IntentStore;
import dev.statecraft.replication.command.Command;
import dev.statecraft.replication.command.CommandDecider;
import dev.statecraft.replication.command.CommandDeciders;
import dev.statecraft.replication.command.EntityUpdate;
import dev.statecraft.replication.command.IdempotencyKey;
import dev.statecraft.replication.command.Source;
import dev.statecraft.replication.commit.CombinedCommits;
import dev.statecraft.replication.commit.CommitCoordinator;
import dev.statecraft.replication.commit.CommitPlanner;
import dev.statecraft.replication.commit.CommitResult;
import dev.statecraft.replication.commit.CommitResult.Done;
import dev.statecraft.replication.commit.CommitRounds;
import dev.statecraft.replication.commit.CommitService;
import dev.statecraft.replication.commit.CommitStore;
import dev.statecraft.replication.commit.ConflictDecider;
import dev.statecraft.replication.commit.ConflictParking;
import dev.statecraft.replication.commit.ConflictService;
import dev.statecraft.replication.commit.ConflictStore;
import dev.statecraft.replication.commit.RecentCommits;
import dev.statecraft.replication.commit.TransactionCommits;
import dev.statecraft.replication.entity.EntityReader;
import dev.statecraft.replication.entity.EntityService;
import dev.statecraft.replication.entity.EntityService.NewEntity;
import dev.statecraft.replication.entity.SchemaAnswers;
import dev.statecraft.replication.entity.SessionService;
import dev.statecraft.replication.feed.PlayerFeedService;
import dev.statecraft.replication.feed.PlayerService;
import dev.statecraft.replication.feed.PlayerStore;
import dev.statecraft.replication.feed.ResyncService;
import dev.statecraft.replication.feed.ResyncStore;
import dev.statecraft.replication.feed.SchemaFeeds;
import dev.statecraft.replication.feed.SpaceFeedService;
import dev.statecraft.replication.feed.SyncService;
import dev.statecraft.replication.log.Change;
import dev.statecraft.replication.log.FeedChanged;
import dev.statecraft.replication.log.HistoryService;
import dev.statecraft.replication.log.HistoryStore;
import dev.statecraft.replication.log.LogEntry;
import dev.statecraft.replication.log.LogStore;
import dev.statecraft.replication.session.HeartbeatService;
import dev.statecraft.replication.session.MessageService;
import dev.statecraft.replication.session.MessageStore;
import dev.statecraft.replication.session.SessionConfig;
import dev.statecraft.replication.session.SessionNotice;
import dev.statecraft.replication.session.SessionObservations;
import dev.statecraft.replication.session.SessionStore;
import dev.statecraft.replication.state.Entity;
import dev.statecraft.replication.state.EntityStore;
import dev.statecraft.replication.state.JsonValues;
import dev.statecraft.replication.state.Operations;
import dev.statecraft.replication.state.OperationsReader;
import dev.statecraft.replication.state.PackedJson;
import dev.statecraft.replication.state.ReplicationConfig;
import dev.statecraft.replication.state.Space;
import dev.statecraft.replication.statistics.ReplicationStatisticsService;
import dev.statecraft.replication.statistics.ReplicationStatisticsStore;
import dev.statecraft.replication.transaction.TransactionService;
import dev.statecraft.replication.type.EntityTypeService;
import dev.statecraft.replication.type.EntityTypeStore;
import dev.statecraft.replication.type.SchemaService;
import dev.statecraft.runtime.Ticker;
import dev.statecraft.table.Backoff;
import dev.statecraft.table.Batches;
import dev.statecraft.table.Counters;
import dev.statecraft.table.ItemChange;
import dev.statecraft.table.TableNames;
import dev.statecraft.testing.Machine;
import dev.statecraft.testing.StreamRecords;
import dev.statecraft.testing.TableStream;
import dev.statecraft.testing.TestDatabase;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.streams.DynamoDbStreamsClient;

/** State replication wired by hand on fresh tables of the real DynamoDB Local, without Quarkus around it. */
public final class Realm {

    public static final String GAME = "default";
    public static final String SPACE = "arena";
    public static final Source SERVER = new Source("server", null);

    public final Machine machine;
    public final TableNames tables;
    public final Announcements<FeedChanged> announcements = new Announcements<>();
    public final Announcements<SessionNotice> notices = new Announcements<>();
    public final DynamoDbClient dynamo;
    public final ReplicationConfig config;
    public final EntityStore entityStore;
    public final LogStore log;
    public final HistoryStore historyStore;
    public final HistoryService history;
    final CommitStore commitStore;
    final RecentCommits recentCommits = new RecentCommits();
    public final CombiningQueue queue;
    public final CommitRounds rounds;
    public final CommandDecider decider;
    public final CommitService commits;
    public final EntityTypeService types;
    public final RealmSchemas schemas = new RealmSchemas();
    public final ConflictService conflicts;
    final ConflictParking parking;
    public final TransactionService transactions;
    public final EntityReader reader;
    public final EntityService entities;
    public final SessionConfig sessionConfig;
    public final SessionService sessions;
    public final HeartbeatService heartbeats;
    public final MessageService messages;
    public final ReplicationStatisticsService statistics;
    final ResyncService resyncs;
    public final SpaceFeedService feeds;
    public final PlayerService players;
    public final PlayerFeedService playerFeeds;
    public final SyncService sync;
    public final SchemaAnswers answers;
    public final Clock clock;
    public final TableStream<ItemChange> entityStream;
    public final TableStream<ItemChange> logStream;

    public Realm() {
        this(Map.of(), new ExecutionInterceptor() {}, Clock.systemUTC());
    }

    public Realm(Map<String, String> settings, ExecutionInterceptor interceptor, Clock clock) {
        this(TestDatabase.freshTables(), settings, interceptor, clock);
    }

    /** Another instance of the application on the same tables. */
    public Realm(TableNames tables, Map<String, String> settings, ExecutionInterceptor interceptor, Clock clock) {
        this(Machine.real(clock), TestDatabase.client(interceptor), tables, settings);
    }

    /** An instance on existing tables of any database. Its own streams are those of DynamoDB Local. */
    public Realm(Machine machine, DynamoDbClient dynamo, TableNames tables, Map<String, String> settings) {
        this(machine, dynamo, TestDatabase::streams, tables, settings);
    }

    /** An instance on existing tables of any database, and the streams of that database. */
    public Realm(
            Machine machine,
            DynamoDbClient dynamo,
            Supplier<DynamoDbStreamsClient> streams,
            TableNames tables,
            Map<String, String> settings) {
        this.machine = machine;
        this.tables = tables;
        this.clock = machine.clock();
        this.dynamo = dynamo;
        Ticker ticker = machine.ticker();
        RandomGenerator random = machine.random();
        Backoff backoff = machine.backoff();
        Batches batches = machine.batches(dynamo);
        config = config(settings);
        entityStore = new EntityStore(dynamo, tables, batches);
        log = new LogStore(dynamo, tables);
        historyStore = new HistoryStore(dynamo, tables, batches);
        history = new HistoryService(historyStore, log, config);
        sessionConfig = sessions(settings);
        MessageStore messageStore = new MessageStore(dynamo, tables, batches, sessionConfig);
        commitStore = new CommitStore(dynamo, tables, batches, messageStore, config);
        types = new EntityTypeService(new EntityTypeStore(dynamo, tables), config, ticker);
        SchemaService shapes = new SchemaService(types, schemas);
        ConflictStore conflictStore = new ConflictStore(dynamo, tables, batches, config, backoff);
        parking = new ConflictParking(conflictStore, history, entityStore, config, clock, random);
        decider = CommandDeciders.of(types, history, shapes, parking);
        queue = new CombiningQueue(
                new IntentStore(dynamo, tables, combining(settings)), combining(settings), clock, ticker, random);
        CommitCoordinator coordinator = new CommitCoordinator(
                commitStore, recentCommits, new Counters(), config, queue, backoff, machine.threads());
        CommitPlanner plans = new CommitPlanner(commitStore, history, config, clock, random);
        rounds = new CommitRounds(commitStore, coordinator, decider, plans);
        commits = new CommitService(
                coordinator,
                new CombinedCommits(entityStore, history, coordinator, rounds, config),
                plans,
                announcements);
        conflicts = new ConflictService(
                conflictStore, parking, new ConflictDecider(types), commits, entityStore, types, shapes, clock, ticker);
        reader = new EntityReader(entityStore, types, conflicts, history, shapes, config);
        entities = new EntityService(commits, decider, conflicts, parking);
        SessionStore sessionStore = new SessionStore(dynamo, tables, batches);
        SessionObservations observations = new SessionObservations(ticker, sessionConfig);
        sessions = new SessionService(
                commits, decider, sessionStore, observations, sessionConfig, config, ticker, notices);
        heartbeats = new HeartbeatService(sessionStore, messageStore, observations, sessionConfig, clock);
        messages = new MessageService(sessionStore, messageStore, sessionConfig, backoff, clock, notices);
        transactions = new TransactionService(
                entities, new TransactionCommits(coordinator, plans, commitStore, history, announcements), config);
        ReplicationStatisticsStore sums = new ReplicationStatisticsStore(dynamo, tables);
        statistics = new ReplicationStatisticsService(sums, clock, backoff);
        resyncs = new ResyncService(new ResyncStore(dynamo, tables), config, ticker);
        feeds = new SpaceFeedService(log, entityStore, shapes, resyncs, clock);
        players = new PlayerService(
                new PlayerStore(dynamo, tables, batches, sums, config),
                entityStore,
                shapes,
                config,
                clock,
                announcements,
                backoff);
        playerFeeds = new PlayerFeedService(players, feeds, log, config);
        answers = new SchemaAnswers(reader);
        sync = new SyncService(
                entities,
                conflicts,
                commits,
                recentCommits,
                feeds,
                playerFeeds,
                new SchemaFeeds(shapes, answers, entityStore, history),
                statistics,
                config,
                clock,
                ticker);
        entityStream = new TableStream<>(
                streams, tables.entities(), record -> StreamRecords.change(tables.entities(), record));
        logStream = new TableStream<>(streams, tables.log(), record -> StreamRecords.change(tables.log(), record));
    }

    /** The configuration with these values. It is built once. */
    public static ReplicationConfig config(Map<String, String> settings) {
        return RealmConfigs.replication(settings);
    }

    /** The configuration of combined writes with these values, named with their section. */
    public static CombiningConfig combining(Map<String, String> settings) {
        return RealmConfigs.mapping(CombiningConfig.class, settings);
    }

    /** The configuration of sessions with these values, named with their section. */
    public static SessionConfig sessions(Map<String, String> settings) {
        return RealmConfigs.mapping(SessionConfig.class, settings);
    }

    public static ObjectNode json(String text) {
        try {
            return (ObjectNode) PackedJson.MAPPER.readTree(text.replace('\'', '"'));
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(text, e);
        }
    }

    /** The same with numbers as they are compared. */
    public static JsonNode canonical(String text) {
        return JsonValues.canonical(json(text));
    }

    /** Operations in single quotes: {@code {'set': {'a': 1}}}. */
    public static EntityUpdate operations(String text) {
        Operations.Read read = (Operations.Read) OperationsReader.parse(json(text));
        return new EntityUpdate(new EntityUpdate.Operate(read.operations()), null, null, new TreeMap<>(), null);
    }

    public CommitResult create(String id, String type, String state) {
        return create(SPACE, id, type, state);
    }

    public CommitResult create(String space, String id, String type, String state) {
        return entities.create(
                GAME, space, new NewEntity(id, type, json(state), null), SERVER, new IdempotencyKey(null, ""));
    }

    public CommitResult update(String id, String operations, @Nullable String mutationId) {
        EntityService.Updated updated = entities.update(
                GAME, SPACE, id, operations(operations), SERVER, new IdempotencyKey(mutationId, operations));
        return ((EntityService.Decided) updated).result();
    }

    public CommitResult delete(String id) {
        return entities.delete(GAME, SPACE, id, new Command.Delete(null, null, SERVER), new IdempotencyKey(null, ""));
    }

    public static Entity done(CommitResult result) {
        if (result instanceof Done done) {
            return done.entity();
        }
        throw new AssertionError(result.toString());
    }

    public Entity read(String id) {
        return reader.read(GAME, SPACE, id);
    }

    public Space head() {
        return log.head(GAME, SPACE);
    }

    /** The whole log of a space. */
    public List<LogEntry> log(String space) {
        List<LogEntry> entries = new ArrayList<>();
        long seq = 0;
        while (true) {
            LogStore.LogPart part = log.after(GAME, space, seq, 100);
            entries.addAll(part.entries());
            if (!part.more()) {
                return entries;
            }
            seq = entries.get(entries.size() - 1).seq();
        }
    }

    /** What the changes of a log come to, by entity; deleted ones without a state. */
    public Map<String, Entity> replayed(String space) {
        Map<String, Entity> replayed = new TreeMap<>();
        for (LogEntry entry : log(space)) {
            for (Change change : entry.changes()) {
                Entity before = replayed.getOrDefault(change.entityId(), Entity.none(space, change.entityId()));
                replayed.put(change.entityId(), change.applyTo(before, entry.at(), entry.seq(), PackedJson.NEVER));
            }
        }
        return replayed;
    }

    /** Brings history and statistics to rest. */
    public void drain() {
        deliver(entityStream.next(), logStream.next());
    }

    public void deliver(List<ItemChange> entityChanges, List<ItemChange> logChanges) {
        if (!entityChanges.isEmpty()) {
            expectDone(history.record(entityChanges));
        }
        if (!logChanges.isEmpty()) {
            expectDone(statistics.count(logChanges));
        }
    }

    private static void expectDone(Optional<String> failed) {
        if (failed.isPresent()) {
            throw new AssertionError("a batch was not handled from record " + failed.get());
        }
    }
}
