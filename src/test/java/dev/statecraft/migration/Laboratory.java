package dev.statecraft.migration;

import dev.statecraft.leaderboard.Arena;
import dev.statecraft.migration.definition.Definition;
import dev.statecraft.migration.definition.Migration;
import dev.statecraft.migration.definition.MigrationConfig;
import dev.statecraft.migration.definition.SemanticVersion;
import dev.statecraft.migration.execution.DriveService;
import dev.statecraft.migration.execution.EndService;
import dev.statecraft.migration.execution.RunReader;
import dev.statecraft.migration.execution.RunService;
import dev.statecraft.migration.execution.SchemaMoveService;
import dev.statecraft.migration.execution.ScriptStepService;
import dev.statecraft.migration.execution.StartService;
import dev.statecraft.migration.execution.StepService;
import dev.statecraft.migration.record.MetadataCommitService;
import dev.statecraft.migration.record.MetadataReader;
import dev.statecraft.migration.record.RecordCommitService;
import dev.statecraft.migration.record.RecordReader;
import dev.statecraft.migration.registry.DefinitionCatalog;
import dev.statecraft.migration.registry.MigrationService;
import dev.statecraft.migration.registry.MigrationStore;
import dev.statecraft.migration.registry.Plan;
import dev.statecraft.migration.registry.PlanService;
import dev.statecraft.migration.registry.Registration;
import dev.statecraft.migration.registry.SchemaPathService;
import dev.statecraft.migration.run.QuarantineStore;
import dev.statecraft.migration.run.Run;
import dev.statecraft.migration.run.RunStore;
import dev.statecraft.migration.run.ScriptStore;
import dev.statecraft.migration.run.SegmentStore;
import dev.statecraft.migration.script.ScriptAttemptService;
import dev.statecraft.migration.script.ScriptBackupService;
import dev.statecraft.migration.script.ScriptLeaseService;
import dev.statecraft.migration.segment.BackupService;
import dev.statecraft.migration.segment.BackupStore;
import dev.statecraft.migration.segment.PageCompletion;
import dev.statecraft.migration.segment.PageService;
import dev.statecraft.migration.segment.RunCoordinator;
import dev.statecraft.migration.segment.SegmentService;
import dev.statecraft.migration.segment.SegmentWork;
import dev.statecraft.migration.segment.SegmentWorker;
import dev.statecraft.migration.work.WorkPageReader;
import dev.statecraft.migration.work.WorkService;
import dev.statecraft.migration.work.WorkStore;
import dev.statecraft.replication.Realm;
import dev.statecraft.replication.command.IdempotencyKey;
import dev.statecraft.replication.command.Source;
import dev.statecraft.replication.commit.CommitResult;
import dev.statecraft.replication.entity.EntityService;
import dev.statecraft.replication.entity.EntityService.NewEntity;
import dev.statecraft.replication.guard.GuardReader;
import dev.statecraft.replication.guard.SchemaReader;
import dev.statecraft.replication.state.Entity;
import dev.statecraft.replication.type.EntityType;
import dev.statecraft.runtime.Ticker;
import dev.statecraft.table.Backoff;
import dev.statecraft.table.Batches;
import dev.statecraft.table.Counters;
import dev.statecraft.testing.Machine;
import dev.statecraft.testing.TestDatabase;
import io.quarkus.runtime.configuration.DurationConverter;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;

/** The beans of data migration on fresh tables of DynamoDB Local, without Quarkus. */
public final class Laboratory {

    public static final String GAME = "default";
    public static final String BY = "tester";

    private static final Map<Map<String, String>, MigrationConfig> CONFIGS = new ConcurrentHashMap<>();

    public final Realm realm;
    public final MigrationConfig config;
    public final MigrationStore store;
    public final DefinitionCatalog definitions;
    public final MigrationService migrations;
    public final PlanService plans;
    public final RunStore runStore;
    public final SegmentStore segmentStore;
    public final QuarantineStore quarantine;
    public final WorkStore workStore;
    public final BackupStore backupStore;
    final StartService starts;
    public final SegmentService segments;
    public final BackupService backups;
    public final StepService steps;
    public final RunService runs;
    final RunReader runReader;
    public final WorkService work;
    public final Arena leaderboards;
    public final RecordCommitService commits;
    public final ScriptStore scriptStore;
    public final ScriptLeaseService scriptLeases;
    public final ScriptAttemptService scriptAttempts;
    public final List<String> waiting = new CopyOnWriteArrayList<>();

    public Laboratory() {
        this(Map.of(), List.of(), new ExecutionInterceptor() {});
    }

    public Laboratory(Map<String, String> settings, List<Migration> code, ExecutionInterceptor interceptor) {
        this(new Realm(Map.of("type-cache", "0s"), interceptor, Clock.systemUTC()), settings, code, interceptor);
    }

    /** Another instance of the application on the tables of {@code realm}. */
    public Laboratory(
            Realm realm, Map<String, String> settings, List<Migration> code, ExecutionInterceptor interceptor) {
        this(realm, settings, code, interceptor, Clock.systemUTC());
    }

    public Laboratory(
            Realm realm,
            Map<String, String> settings,
            List<Migration> code,
            ExecutionInterceptor interceptor,
            Clock clock) {
        this(Machine.real(clock), TestDatabase.client(interceptor), realm, settings, code);
    }

    /** An instance on the tables of {@code realm}, in any database. */
    public Laboratory(
            Machine machine, DynamoDbClient dynamo, Realm realm, Map<String, String> settings, List<Migration> code) {
        Clock clock = machine.clock();
        Ticker ticker = machine.ticker();
        Backoff backoff = machine.backoff();
        Batches batches = machine.batches(dynamo);
        this.realm = realm;
        config = CONFIGS.computeIfAbsent(Map.copyOf(settings), Laboratory::config);
        store = new MigrationStore(dynamo, realm.tables);
        runStore = new RunStore(dynamo, realm.tables);
        quarantine = new QuarantineStore(dynamo, realm.tables, batches);
        segmentStore = new SegmentStore(dynamo, realm.tables, quarantine);
        workStore = new WorkStore(dynamo, realm.tables, batches);
        backupStore = new BackupStore(dynamo, realm.tables, batches);
        definitions = new DefinitionCatalog(store, runStore, code);
        migrations = new MigrationService(store, runStore, definitions, config, clock, backoff);
        starts = new StartService(definitions, store, runStore, config, clock, backoff);
        leaderboards = new Arena(machine, dynamo, realm.tables, Map.of());
        MetadataReader metadataReader = new MetadataReader(leaderboards.migratedMetadata);
        MetadataCommitService metadataCommits =
                new MetadataCommitService(leaderboards.migratedMetadata, metadataReader, backoff);
        RecordReader records = new RecordReader(realm.reader, metadataReader);
        commits = new RecordCommitService(realm.commits, metadataCommits);
        PageService pages =
                new PageService(commits, realm.types, segmentStore, quarantine, backupStore, config, backoff);
        RunCoordinator coordinator = new RunCoordinator(migrations, definitions, runStore, segmentStore, config, clock);
        PageCompletion completion = new PageCompletion(coordinator, segmentStore, new Counters());
        SegmentWorker workers = new SegmentWorker(
                coordinator,
                definitions,
                runStore,
                segmentStore,
                backupStore,
                pages,
                completion,
                records,
                config,
                ticker);
        segments = new SegmentService(coordinator, workers, runStore, segmentStore, config, ticker, machine.random());
        EndService ends = new EndService(store, runStore, clock);
        scriptStore = new ScriptStore(dynamo, realm.tables);
        ScriptStepService scriptSteps =
                new ScriptStepService(store, runStore, scriptStore, ends, config, new Waiting(waiting));
        backups = new BackupService(store, runStore, backupStore, config, clock);
        steps = new StepService(
                migrations,
                definitions,
                store,
                starts,
                ends,
                runStore,
                segmentStore,
                records,
                new SchemaMoveService(definitions, runStore, realm.types, metadataCommits),
                backups,
                scriptSteps,
                config);
        DriveService drive = new DriveService(steps, segments, config, ticker, machine.threads());
        runs = new RunService(migrations, starts, drive, runStore, config, new Waiting(waiting), ticker);
        runReader = new RunReader(definitions, runStore, segmentStore, quarantine, scriptStore);
        realm.schemas.ask(new SchemaPathService(store, definitions, config, ticker));
        WorkPageReader reader = new WorkPageReader(realm.reader, config);
        work = new WorkService(
                migrations,
                definitions,
                steps,
                coordinator,
                segments,
                runStore,
                segmentStore,
                workStore,
                reader,
                config,
                ticker,
                machine.random());
        ScriptBackupService scriptBackups = new ScriptBackupService(runStore, scriptStore, backupStore, config);
        scriptLeases = new ScriptLeaseService(
                migrations, steps, runStore, scriptStore, scriptBackups, config, ticker, backoff);
        scriptAttempts = new ScriptAttemptService(
                migrations, steps, runStore, scriptStore, backupStore, scriptBackups, config, ticker, backoff);
        plans = new PlanService(records, realm.types, config, ticker);
    }

    private static MigrationConfig config(Map<String, String> settings) {
        SmallRyeConfigBuilder builder = new SmallRyeConfigBuilder()
                .withConverter(Duration.class, 200, new DurationConverter())
                .withMapping(MigrationConfig.class);
        // A short lease, so that tests that take a lease over need not wait.
        builder.withDefaultValue("statecraft.migration.lease", "1ms");
        // No write is in flight, except in tests that say so.
        builder.withDefaultValue("statecraft.migration.settle-after", "0s");
        settings.forEach((name, value) -> builder.withDefaultValue("statecraft.migration." + name, value));
        return builder.build().getConfigMapping(MigrationConfig.class);
    }

    /** A definition for PLAYER_DATA; {@code up} and {@code more} are JSON in single quotes. */
    public static Definition definition(String version, String up, String more) {
        return JsonFixtures.definition(version, "'entityType': 'PLAYER_DATA'", up, more);
    }

    public static Definition definition(String version) {
        return definition(version, "{'operations': [{'op': 'default', 'path': 'coins', 'value': 0}]}", "");
    }

    public MigrationService.Registered register(Definition definition) {
        return register(GAME, definition);
    }

    public MigrationService.Registered register(String game, Definition definition) {
        return migrations.register(game, definition, false, BY);
    }

    /** Applies pending migrations with one worker at a time. */
    public void apply(String game) {
        runs.apply(game, null, null, BY, 0);
        drive(game);
    }

    /** Drives runs with one worker at a time until no work is left. */
    public void drive(String game) {
        for (StepService.Next next = steps.advance(game, Laboratory::plenty);
                !next.done();
                next = steps.advance(game, Laboratory::plenty)) {
            for (int segment : next.segments()) {
                work(game, Objects.requireNonNull(next.run()), segment);
            }
        }
    }

    private static long plenty() {
        return 600_000;
    }

    public void work(String game, String run, int segment) {
        SegmentWork work = segments.work(game, run, segment, null, Laboratory::plenty);
        while (!work.done()) {
            work = segments.work(game, run, segment, work.seen(), Laboratory::plenty);
        }
    }

    /** The latest run. */
    public Run lastRun(String game) {
        return runStore.list(game, null, 1).get(0);
    }

    public Registration migration(String game, String version) {
        return migrations.find(game, SemanticVersion.of(version)).orElseThrow();
    }

    public Entity read(String space, String id) {
        return realm.reader.read(GAME, space, id);
    }

    public void update(String game, String space, String id, String operations) {
        EntityService.Updated updated = realm.entities.update(
                game,
                space,
                id,
                Realm.operations(operations),
                new Source("server", null),
                new IdempotencyKey(null, operations));
        if (!(((EntityService.Decided) updated).result() instanceof CommitResult.Done)) {
            throw new AssertionError(updated.toString());
        }
    }

    /** Sets the guards and the schema of the type PLAYER_DATA. */
    public void rules(String guards, String schema) {
        EntityType standard = EntityType.standard("PLAYER_DATA");
        GuardReader.Read guard = (GuardReader.Read) GuardReader.parse("guards", JsonFixtures.of(guards), 100);
        SchemaReader.Read states = (SchemaReader.Read) SchemaReader.parse("schema", JsonFixtures.of(schema), 500);
        realm.types.put(
                GAME,
                new EntityType(
                        standard.name(),
                        standard.strategy(),
                        standard.fallback(),
                        standard.rules(),
                        standard.playersMayWrite(),
                        false,
                        standard.historyLimit(),
                        guard.guard(),
                        states.schema()));
    }

    public void create(String space, String id, String state) {
        create(GAME, space, id, state);
    }

    public void create(String game, String space, String id, String state) {
        CommitResult result = realm.entities.create(
                game,
                space,
                new NewEntity(id, "PLAYER_DATA", JsonFixtures.of(state), null),
                new Source("server", null),
                new IdempotencyKey(null, ""));
        if (!(result instanceof CommitResult.Done)) {
            throw new AssertionError(result.toString());
        }
    }

    public Plan plan(Definition definition) {
        MigrationService.Registered registered = register(definition);
        return plans.plan(GAME, definition, ((MigrationService.New) registered).registration());
    }
}
