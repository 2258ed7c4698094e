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
        SmallRyeConfigBuilder builder = new SmallRyeConfigBuilder()
                .withConverter(Duration.class, 200, new DurationConverter())
                .withMapping(AccessConfig.class);
        settings.forEach((name, value) -> builder.withDefaultValue("statecraft.access." + name, value));
        AccessConfig config = builder.build().getConfigMapping(AccessConfig.class);
        keys = new KeyService(new KeyStore(dynamo, tables), config, clock);
        limitStore = new LimitStore(dynamo, tables);
        limits = new RateLimitService(limitStore, config, clock);
        idempotency = new IdempotencyService(new IdempotencyStore(dynamo, tables), config, clock);
        derivation = new KeyDerivation(
                new SigningKeyService(new SigningKeyStore(dynamo, tables), config, clock),
                new KeyStore(dynamo, tables));
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
