package dev.statecraft.access;

import io.quarkus.runtime.LaunchMode;
import jakarta.enterprise.context.ApplicationScoped;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Makes, finds and revokes keys. A key that was read is used for {@code key-cache} without asking again, so a revoked
 * one opens nothing anywhere after that time. What is no key is remembered for as long, apart from those that are, so
 * that whoever makes keys up makes nobody's be read again.
 */
@ApplicationScoped
public class KeyService {

    /** The id of the key that a deployment begins with. */
    static final String BOOTSTRAP = "bootstrap";

    /** The id of the key of a developer's machine. */
    static final String DEVELOPMENT = "dev";

    /** How long an expired key is still listed, at least. */
    private static final Duration REMEMBERED = Duration.ofDays(30);

    private record Known(KeyStore.Stored stored, Instant readAt) {}

    private final KeyStore store;
    private final AccessConfig config;
    private final Clock clock;
    private final SecureRandom random = new SecureRandom();
    private final Map<String, Known> known = new ConcurrentHashMap<>();

    /** Ids that no key has, with the moment at which that was read. */
    private final Map<String, Instant> unknown = new ConcurrentHashMap<>();

    KeyService(KeyStore store, AccessConfig config, Clock clock) {
        this.store = store;
        this.config = config;
        this.clock = clock;
    }

    /** What is asked for. */
    public record NewKey(
            String game,
            String name,
            Set<Scope> scopes,
            boolean signed,
            @Nullable Instant expiresAt) {}

    /** What came of asking for a key. */
    public sealed interface Creation {}

    /** It was made; {@code text} is the only time that its secret is known here. */
    public record Created(AccessKey key, String text) implements Creation {}

    /** As many keys of the name as there can be are still good. */
    public record TooMany(int most) implements Creation {}

    /** Others were making keys of that name at the same time. */
    public record Busy() implements Creation {}

    /** Makes a key; 2 RCU and 6 WCU. */
    public Creation create(NewKey wanted, String createdBy) {
        return create(wanted, createdBy, KeyText.random(random));
    }

    /** The key with this text, if an earlier run of the request made it; 1 RCU. */
    Optional<AccessKey> made(KeyText text) {
        return store.read(text.id())
                .filter(stored -> text.matches(stored.hash()))
                .map(KeyStore.Stored::key);
    }

    /** Makes a key with a text that nobody else can have; 2 RCU and 6 WCU. */
    Creation create(NewKey wanted, String createdBy, KeyText text) {
        Instant now = clock.instant();
        for (int attempt = 0; attempt < 4; attempt++) {
            Map<Integer, AccessKey> taken = store.places(wanted.game(), wanted.name());
            int place = 0;
            while (place < KeyStore.PLACES && isGood(taken.get(place), now)) {
                place++;
            }
            if (place == KeyStore.PLACES) {
                return new TooMany(KeyStore.PLACES);
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
            AccessKey before = taken.get(place);
            long forgottenAt = wanted.expiresAt() == null
                    ? 0
                    : wanted.expiresAt().plus(REMEMBERED).getEpochSecond();
            if (store.create(key, text.hash(), place, before == null ? null : before.id(), forgottenAt)) {
                return new Created(key, text.text());
            }
        }
        return new Busy();
    }

    private static boolean isGood(@Nullable AccessKey key, Instant now) {
        return key != null && !key.expired(now);
    }

    /** The keys of a game by name, those included whose time is over. */
    KeyStore.KeyPage list(String game, @Nullable String after, int limit) {
        return store.list(game, after, limit);
    }

    /**
     * Revokes a key; 3 RCU and up to 4 WCU.
     *
     * @return the key; empty if the game has none of this id
     */
    public Optional<AccessKey> revoke(String game, String id) {
        Optional<AccessKey> key = store.read(id).map(KeyStore.Stored::key).filter(found -> found.game()
                .equals(game));
        key.ifPresent(store::delete);
        known.remove(id);
        return key;
    }

    /** The key somebody brought, if it is one and still good. Signed keys are never brought along. */
    Optional<AccessKey> find(KeyText text) {
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

    /** The key of this id with the hash of its text, if it is still good and requests are to be signed with it. */
    Optional<KeyStore.Stored> findSigned(String id) {
        return stored(id).filter(stored -> stored.key().signed());
    }

    /** The key of this id, if it is still good: for those who came with something that was made from it. */
    Optional<AccessKey> find(String id) {
        return switch (id) {
            case DEVELOPMENT -> isDevelopment() ? Optional.of(standing(DEVELOPMENT, "development")) : Optional.empty();
            case Caller.ANONYMOUS ->
                isOpen() ? Optional.of(standing(Caller.ANONYMOUS, Caller.ANONYMOUS)) : Optional.empty();
            case BOOTSTRAP -> bootstrap();
            default -> stored(id).map(KeyStore.Stored::key);
        };
    }

    /** Whether a key still opens anything; 1 RCU, none for a while after. */
    public boolean isGood(String id) {
        return find(id).isPresent();
    }

    private Optional<KeyStore.Stored> stored(String id) {
        Instant now = clock.instant();
        Known before = known.get(id);
        if (before != null && isFresh(before.readAt(), now)) {
            return Optional.of(before.stored()).filter(stored -> !stored.key().expired(now));
        }
        Instant missedAt = unknown.get(id);
        if (missedAt != null && isFresh(missedAt, now)) {
            return Optional.empty();
        }
        Optional<KeyStore.Stored> stored = store.read(id);
        if (stored.isPresent()) {
            remember(known, id, new Known(stored.get(), now));
            unknown.remove(id);
        } else {
            known.remove(id);
            remember(unknown, id, now);
        }
        return stored.filter(found -> !found.key().expired(now));
    }

    private boolean isFresh(Instant readAt, Instant now) {
        return now.isBefore(readAt.plus(config.keyCache()));
    }

    private <T> void remember(Map<String, T> cache, String id, T what) {
        if (cache.size() >= config.cachedKeys()) {
            cache.clear();
        }
        cache.put(id, what);
    }

    /** Whether calls without a key are let in. */
    boolean isOpen() {
        return config.anonymous().orElse(isDevelopment());
    }

    /** Asked of the way the application was started, which no configuration of a packaged artifact can change. */
    static boolean isDevelopment() {
        return LaunchMode.current().isDevOrTest();
    }

    /** Somebody that needs no stored key. In a deployment it cannot make keys, which would outlive the open door. */
    AccessKey standing(String id, String name) {
        Set<Scope> scopes = isDevelopment() ? Scope.ALL : withoutAdministration();
        return new AccessKey(id, Caller.DEFAULT_GAME, name, scopes, false, Instant.EPOCH, name, null);
    }

    private static Set<Scope> withoutAdministration() {
        Set<Scope> scopes = new HashSet<>(Scope.ALL);
        scopes.remove(Scope.SYSTEM_ADMIN);
        return scopes;
    }

    /** It is for making other keys; whoever needs more makes one. */
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
