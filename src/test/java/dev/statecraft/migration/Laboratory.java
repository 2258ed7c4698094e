package dev.statecraft.migration;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.statecraft.local.LocalDynamoDb;
import dev.statecraft.replication.CommitService;
import dev.statecraft.replication.EntityService.NewEntity;
import dev.statecraft.replication.Identity;
import dev.statecraft.replication.Realm;
import dev.statecraft.replication.Source;
import io.quarkus.runtime.configuration.DurationConverter;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;

/** Data migration wired by hand on fresh tables of the real DynamoDB Local, without Quarkus around it. */
final class Laboratory {

    static final String GAME = "default";
    static final String BY = "tester";

    final Realm realm;
    final MigrationConfig config;
    final MigrationStore store;
    final MigrationService migrations;
    final PlanService plans;

    Laboratory() {
        this(Map.of(), List.of(), new ExecutionInterceptor() {});
    }

    Laboratory(Map<String, String> settings, List<Migration> code, ExecutionInterceptor interceptor) {
        this(new Realm(Map.of(), interceptor, Clock.systemUTC()), settings, code, interceptor);
    }

    /** Another instance of the application on the same tables. */
    Laboratory(Realm realm, Map<String, String> settings, List<Migration> code, ExecutionInterceptor interceptor) {
        this.realm = realm;
        SmallRyeConfigBuilder builder = new SmallRyeConfigBuilder()
                .withConverter(Duration.class, 200, new DurationConverter())
                .withMapping(MigrationConfig.class);
        settings.forEach((name, value) -> builder.withDefaultValue("statecraft.migration." + name, value));
        config = builder.build().getConfigMapping(MigrationConfig.class);
        store = new MigrationStore(LocalDynamoDb.client(interceptor), realm.tables);
        migrations = new MigrationService(store, config, Clock.systemUTC(), code);
        realm.schemas.ask(new SchemaLineService(store, migrations, config));
        plans = new PlanService(realm.entities, config);
    }

    /** A definition; {@code up} in single quotes. */
    static Definition definition(String version, String up, String more) {
        ObjectNode json = Json.of("{'version': '" + version + "', 'description': 'd', 'target':"
                + " {'entityType': 'PLAYER_DATA'}, 'up': " + up + more + "}");
        DefinitionReader.Reading reading = new DefinitionReader(DefinitionReader.Limits.NONE).read(json);
        if (reading instanceof DefinitionReader.Read read) {
            return read.definition();
        }
        throw new AssertionError(reading.toString());
    }

    static Definition definition(String version) {
        return definition(version, "{'operations': [{'op': 'default', 'path': 'coins', 'value': 0}]}", "");
    }

    MigrationService.Registered register(Definition definition) {
        return migrations.register(GAME, definition, false, BY);
    }

    void create(String space, String id, String state) {
        CommitService.Result result = realm.entities.create(
                GAME,
                space,
                new NewEntity(id, "PLAYER_DATA", Json.of(state), null),
                new Source("server", null),
                new Identity(null, ""));
        if (!(result instanceof CommitService.Done)) {
            throw new AssertionError(result.toString());
        }
    }

    Plan plan(Definition definition) {
        MigrationService.Registered registered = register(definition);
        return plans.plan(GAME, definition, ((MigrationService.New) registered).registration());
    }
}
