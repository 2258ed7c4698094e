package dev.statecraft.access;

import dev.statecraft.access.idempotency.IdempotencyService;
import dev.statecraft.access.idempotency.IdempotencyStore;
import dev.statecraft.access.key.KeyDerivation;
import dev.statecraft.access.key.KeyService;
import dev.statecraft.access.key.KeyStore;
import dev.statecraft.access.limit.LimitStore;
import dev.statecraft.access.limit.RateLimitService;
import dev.statecraft.access.signing.SigningKeyService;
import dev.statecraft.access.signing.SigningKeyStore;
import dev.statecraft.table.TableNames;
import dev.statecraft.testing.Machine;
import io.quarkus.runtime.configuration.DurationConverter;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;

/** The key and rate limit services of one instance, for tests without Quarkus. */
public final class AccessParts {

    private final KeyService keys;
    private final LimitStore limitStore;
    private final RateLimitService limits;
    private final IdempotencyService idempotency;
    private final KeyDerivation derivation;

    /**
     * Creates the services.
     *
     * @param settings configuration below {@code statecraft.access}
     */
    public AccessParts(DynamoDbClient dynamo, TableNames tables, Clock clock, Map<String, String> settings) {
        this(Machine.real(clock), dynamo, tables, settings);
    }

    /** Creates the services of an instance on existing tables of any database. */
    public AccessParts(Machine machine, DynamoDbClient dynamo, TableNames tables, Map<String, String> settings) {
        Clock clock = machine.clock();
        KeyStore keyStore = new KeyStore(dynamo, tables, machine.batches(dynamo));
        SmallRyeConfigBuilder builder = new SmallRyeConfigBuilder()
                .withConverter(Duration.class, 200, new DurationConverter())
                .withMapping(AccessConfig.class);
        settings.forEach((name, value) -> builder.withDefaultValue("statecraft.access." + name, value));
        AccessConfig config = builder.build().getConfigMapping(AccessConfig.class);
        keys = new KeyService(keyStore, config, clock, machine.random());
        limitStore = new LimitStore(dynamo, tables, machine.random());
        limits = new RateLimitService(limitStore, config, clock, machine.threads());
        idempotency = new IdempotencyService(
                new IdempotencyStore(dynamo, tables), config, clock, machine.backoff(), machine.random());
        derivation = new KeyDerivation(
                new SigningKeyService(new SigningKeyStore(dynamo, tables), config, clock, machine.random()), keyStore);
    }

    /** The key service. */
    public KeyService keys() {
        return keys;
    }

    /** The rate limit service. */
    public RateLimitService limits() {
        return limits;
    }

    public IdempotencyService idempotency() {
        return idempotency;
    }

    public KeyDerivation derivation() {
        return derivation;
    }

    public LimitStore limitStore() {
        return limitStore;
    }

    public static Caller server(String game, String key) {
        return new Caller(game, key, key, false, Scope.ALL, null);
    }

    public static Caller player(String game, String key, @Nullable String player) {
        return new Caller(
                game,
                key,
                key,
                true,
                Set.of(Scope.STATE_READ),
                player == null ? null : new PlayerTokenClaims(player, Set.of(), Set.of()));
    }
}
