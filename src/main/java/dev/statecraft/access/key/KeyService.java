package dev.statecraft.access.key;

import dev.statecraft.access.AccessConfig;
import dev.statecraft.access.Caller;
import dev.statecraft.access.Scope;
import io.quarkus.runtime.LaunchMode;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Creates, finds and revokes API keys. A key is cached for {@code key-cache}, so every instance rejects a revoked key
 * after that time. Unknown key ids are cached separately for the same time, so requests with invented ids cannot evict
 * valid keys.
 */
@ApplicationScoped
public class KeyService {

    /** The id of the bootstrap key. */
    static final String BOOTSTRAP = "bootstrap";

    /** The id of the development key. */
    public static final String DEVELOPMENT = "dev";

    /** How long an expired key is still listed. */
    private static final Duration EXPIRED_KEY_RETENTION = Duration.ofDays(30);

    private record CachedKey(KeyStore.Stored stored, Instant readAt) {}

    private final KeyStore store;
    private final AccessConfig config;
    private final Clock clock;
    private final RandomGenerator random;
    private final Map<String, CachedKey> cached = new ConcurrentHashMap<>();

    /** Unknown key ids, with the time of the read that found no key. */
    private final Map<String, Instant> unknown = new ConcurrentHashMap<>();

    public KeyService(KeyStore store, AccessConfig config, Clock clock, RandomGenerator random) {
        this.store = store;
        this.config = config;
        this.clock = clock;
        this.random = random;
    }

    /** Settings of a key to create. */
    public record NewKey(
            String game,
            String name,
            Set<Scope> scopes,
            boolean signed,
            @Nullable Instant expiresAt) {}

    /** Result of a request to create a key. */
    public sealed interface Creation {}

    /** The key was created. {@code text} contains its secret, which is not stored. */
    public record Created(AccessKey key, String text) implements Creation {}

    /** The maximum number of keys with this name is active. */
    public record TooMany(int limit) implements Creation {}

    /** Gave up after several conflicting writes; no key was created. The caller may retry. */
    public record Busy() implements Creation {}

    /** Creates a key with a random text. Cost: 2 RCU and 6 WCU. */
    public Creation create(NewKey wanted, String createdBy) {
        return create(wanted, createdBy, KeyFormat.random(random));
    }

    /** The stored key with this text; empty if there is none. Cost: 1 RCU. */
    Optional<AccessKey> findByText(KeyFormat text) {
        return store.read(text.id())
                .filter(stored -> text.matches(stored.hash()))
                .map(KeyStore.Stored::key);
    }

    /** Creates a key with a given text. Cost: 2 RCU and 6 WCU. */
    Creation create(NewKey wanted, String createdBy, KeyFormat text) {
        Instant now = clock.instant();
        for (int attempt = 0; attempt < 4; attempt++) {
            Map<Integer, AccessKey> taken = store.slots(wanted.game(), wanted.name());
            int slot = 0;
            while (slot < KeyStore.SLOTS && isActive(taken.get(slot), now)) {
                slot++;
            }
            if (slot == KeyStore.SLOTS) {
                return new TooMany(KeyStore.SLOTS);
            }
            AccessKey key = new AccessKey(
                    text.id(),
                    wanted.game(),
                    wanted.name(),
                    wanted.scopes(),
                    wanted.signed(),
                    now,
                    createdBy,
                    wanted.expiresAt());
            AccessKey before = taken.get(slot);
            long deleteAtSeconds = wanted.expiresAt() == null
                    ? 0
                    : wanted.expiresAt().plus(EXPIRED_KEY_RETENTION).getEpochSecond();
            if (store.create(key, text.hash(), slot, before == null ? null : before.id(), deleteAtSeconds)) {
                return new Created(key, text.text());
            }
        }
        return new Busy();
    }

    private static boolean isActive(@Nullable AccessKey key, Instant now) {
        return key != null && !key.expired(now);
    }

    /** A page of the keys of a game, sorted by name, including expired keys. */
    KeyStore.KeyPage list(String game, @Nullable String after, int limit) {
        return store.list(game, after, limit);
    }

    /**
     * Revokes a key. Cost: 3 RCU and up to 4 WCU.
     *
     * @return the key; empty if the game has no key with this id
     */
    public Optional<AccessKey> revoke(String game, String id) {
        Optional<AccessKey> key = store.read(id).map(KeyStore.Stored::key).filter(found -> found.game()
                .equals(game));
        key.ifPresent(store::delete);
        cached.remove(id);
        return key;
    }

    /** The key of a credential; empty if the key is invalid, expired or only for signed requests. */
    public Optional<AccessKey> find(KeyFormat text) {
        if (text.id().equals(BOOTSTRAP)) {
            return bootstrap()
                    .filter(key ->
                            config.bootstrapKeyHash().filter(text::matches).isPresent());
        }
        return stored(text.id())
                .filter(stored -> text.matches(stored.hash()))
                .map(KeyStore.Stored::key)
                .filter(key -> !key.signed());
    }

    /** The key with this id and the hash of its text; empty if it is invalid, expired or not for signed requests. */
    public Optional<KeyStore.Stored> findSigned(String id) {
        return stored(id).filter(stored -> stored.key().signed());
    }

    /** The key with this id, for a token that was created from it; empty if it is invalid or expired. */
    public Optional<AccessKey> find(String id) {
        return switch (id) {
            case DEVELOPMENT -> isDevelopment() ? Optional.of(builtIn(DEVELOPMENT, "development")) : Optional.empty();
            case Caller.ANONYMOUS ->
                allowsAnonymous() ? Optional.of(builtIn(Caller.ANONYMOUS, Caller.ANONYMOUS)) : Optional.empty();
            case BOOTSTRAP -> bootstrap();
            default -> stored(id).map(KeyStore.Stored::key);
        };
    }

    /** Whether the key with this id is valid. Cost: 1 RCU; none while the key is cached. */
    public boolean isValid(String id) {
        return find(id).isPresent();
    }

    private Optional<KeyStore.Stored> stored(String id) {
        Instant now = clock.instant();
        CachedKey before = cached.get(id);
        if (before != null && isFresh(before.readAt(), now)) {
            return Optional.of(before.stored()).filter(stored -> !stored.key().expired(now));
        }
        Instant missedAt = unknown.get(id);
        if (missedAt != null && isFresh(missedAt, now)) {
            return Optional.empty();
        }
        Optional<KeyStore.Stored> stored = store.read(id);
        if (stored.isPresent()) {
            cache(cached, id, new CachedKey(stored.get(), now));
            unknown.remove(id);
        } else {
            cached.remove(id);
            cache(unknown, id, now);
        }
        return stored.filter(found -> !found.key().expired(now));
    }

    private boolean isFresh(Instant readAt, Instant now) {
        return now.isBefore(readAt.plus(config.keyCache()));
    }

    private <T> void cache(Map<String, T> cache, String id, T value) {
        if (cache.size() >= config.cachedKeys()) {
            cache.clear();
        }
        cache.put(id, value);
    }

    /** Whether calls without a credential are accepted. */
    public boolean allowsAnonymous() {
        return config.anonymous().orElse(isDevelopment());
    }

    /** Whether the application runs in dev mode or in a test. Configuration cannot change the result. */
    public static boolean isDevelopment() {
        return LaunchMode.current().isDevOrTest();
    }

    /**
     * The key of anonymous and development callers, which is not stored. In a deployment it lacks {@code system:admin},
     * so an anonymous caller cannot create keys that remain valid after anonymous calls are disabled.
     */
    public AccessKey builtIn(String id, String name) {
        Set<Scope> scopes = isDevelopment() ? Scope.ALL : withoutAdministration();
        return new AccessKey(id, Caller.DEFAULT_GAME, name, scopes, false, Instant.EPOCH, name, null);
    }

    private static Set<Scope> withoutAdministration() {
        Set<Scope> scopes = new HashSet<>(Scope.ALL);
        scopes.remove(Scope.SYSTEM_ADMIN);
        return scopes;
    }

    /** The bootstrap key, which only creates and lists other keys. */
    private Optional<AccessKey> bootstrap() {
        return config.bootstrapKeyHash().isEmpty()
                ? Optional.empty()
                : Optional.of(new AccessKey(
                        BOOTSTRAP,
                        Caller.DEFAULT_GAME,
                        BOOTSTRAP,
                        Set.of(Scope.SYSTEM_READ, Scope.SYSTEM_ADMIN),
                        false,
                        Instant.EPOCH,
                        BOOTSTRAP,
                        null));
    }
}
