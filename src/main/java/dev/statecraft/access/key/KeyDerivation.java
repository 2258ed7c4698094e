package dev.statecraft.access.key;

import dev.statecraft.access.idempotency.IdempotencyStore;
import dev.statecraft.access.signing.SigningKeyService;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Optional;

/**
 * Derives the text of an API key from the request that creates it. A client that lost the response receives the same
 * key with a retry, although the secret is not stored. The inputs are a signing key of this deployment, the random seed
 * of the request's record, and the {@code Idempotency-Key}, of which only a hash is stored. After the record or the
 * signing key has expired, the text cannot be derived again.
 */
@ApplicationScoped
public class KeyDerivation {

    private final SigningKeyService signingKeys;
    private final KeyStore keys;

    public KeyDerivation(SigningKeyService signingKeys, KeyStore keys) {
        this.signingKeys = signingKeys;
        this.keys = keys;
    }

    /** The text of the key that a request creates. */
    public KeyFormat text(IdempotencyStore.Attempt attempt, String idempotencyKey) {
        return KeyFormat.derived(bytes(attempt, "id", idempotencyKey), bytes(attempt, "secret", idempotencyKey));
    }

    /**
     * The text of the key that a request created. Cost: 1 RCU; 2 RCU if the signing key is not cached.
     *
     * @return empty if the key was revoked or the signing key has expired
     */
    Optional<KeyFormat> existing(IdempotencyStore.Attempt attempt, String idempotencyKey, String id) {
        KeyFormat text = text(attempt, idempotencyKey);
        return keys.read(id)
                .filter(stored -> text.id().equals(id) && text.matches(stored.hash()))
                .map(stored -> text);
    }

    private byte[] bytes(IdempotencyStore.Attempt attempt, String part, String idempotencyKey) {
        return signingKeys.derive(
                attempt.startedAt(), String.join("\n", "access key", part, attempt.seed(), idempotencyKey));
    }
}
