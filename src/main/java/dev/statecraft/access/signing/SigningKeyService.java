package dev.statecraft.access.signing;

import dev.statecraft.access.AccessConfig;
import jakarta.enterprise.context.ApplicationScoped;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.time.Clock;
import java.time.Instant;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.random.RandomGenerator;
import javax.crypto.Mac;
import org.jose4j.keys.HmacKey;

/**
 * The signing keys of this deployment. Time is divided into periods of {@code signing-key-life}; each period has a
 * random key of 256 bits, created by the first instance that needs it. An instance caches the keys it has read.
 */
@ApplicationScoped
public class SigningKeyService {

    private static final int KEY_BYTES = 32;
    private static final int MAX_CACHED = 8;

    private final SigningKeyStore store;
    private final AccessConfig config;
    private final Clock clock;
    private final RandomGenerator random;
    private final Map<Long, Key> cache = new ConcurrentHashMap<>();

    public SigningKeyService(SigningKeyStore store, AccessConfig config, Clock clock, RandomGenerator random) {
        this.store = store;
        this.config = config;
        this.clock = clock;
        this.random = random;
    }

    /** The number of the period that contains a time. */
    public long period(Instant time) {
        return time.getEpochSecond() / config.signingKeyLife().toSeconds();
    }

    /**
     * The signing key of a period, created if there is none. Cost: 1 RCU where it is not cached; a new key 1 WCU more.
     */
    public Key signingKey(long period) {
        Key cached = cache.get(period);
        if (cached != null) {
            return cached;
        }
        Optional<byte[]> stored = store.read(period);
        if (stored.isEmpty()) {
            byte[] created = new byte[KEY_BYTES];
            random.nextBytes(created);
            store.create(period, created, (period + 3) * config.signingKeyLife().toSeconds());
            Arrays.fill(created, (byte) 0);
            stored = store.read(period);
        }
        Key key = new HmacKey(stored.orElseThrow(
                () -> new IllegalStateException("The signing key does not exist although it was just created")));
        cache(period, key);
        return key;
    }

    /**
     * The key that verifies a token of a period. Only the current period, the one before and the one after are read:
     * the clock of the instance that signed may be ahead.
     *
     * @return empty for any other period, and for a period without a key
     */
    public Optional<Key> verificationKey(long period) {
        long now = period(clock.instant());
        if (period < now - 1 || period > now + 1) {
            return Optional.empty();
        }
        Optional<Key> key = Optional.ofNullable(cache.get(period))
                .or(() -> store.read(period).map(HmacKey::new));
        key.ifPresent(found -> cache(period, found));
        return key;
    }

    /**
     * Bytes that only this deployment can compute: HMAC-SHA256 over a text with the signing key of a time. The payload
     * of a token contains no line break, so a text with a line break is never a valid token.
     *
     * @param time a time whose signing key still exists: in the current period or one of the two before
     */
    public byte[] derive(Instant time, String text) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(signingKey(period(time)));
            return mac.doFinal(text.getBytes(StandardCharsets.UTF_8));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("Every JDK has HmacSHA256", e);
        }
    }

    private void cache(long period, Key key) {
        if (cache.size() >= MAX_CACHED) {
            cache.clear();
        }
        cache.put(period, key);
    }
}
