package dev.statecraft.access;

import jakarta.enterprise.context.ApplicationScoped;
import java.util.Optional;

/**
 * Makes the text of a key from the request that asks for it, so that a client whose first answer was lost gets the same
 * key with its next attempt although the secret is stored nowhere. Three parts go in: a signing key of this deployment,
 * the random seed of the request's record, and the {@code Idempotency-Key}, of which only a hash is stored. Once the
 * record or the signing key has expired nobody can compute the text any more.
 */
@ApplicationScoped
public class KeyDerivation {

    private final SigningKeyService signingKeys;
    private final KeyStore keys;

    KeyDerivation(SigningKeyService signingKeys, KeyStore keys) {
        this.signingKeys = signingKeys;
        this.keys = keys;
    }

    /** The text of the key that a request makes. */
    KeyText text(IdempotencyStore.Attempt attempt, String idempotencyKey) {
        return KeyText.derived(bytes(attempt, "id", idempotencyKey), bytes(attempt, "secret", idempotencyKey));
    }

    /**
     * The text of the key that a request has made; 1 RCU, 2 on an instance that does not know the signing key.
     *
     * @return empty if the key was revoked, or the signing key has expired
     */
    Optional<KeyText> again(IdempotencyStore.Attempt attempt, String idempotencyKey, String id) {
        KeyText text = text(attempt, idempotencyKey);
        return keys.read(id)
                .filter(stored -> text.id().equals(id) && text.matches(stored.hash()))
                .map(stored -> text);
    }

    private byte[] bytes(IdempotencyStore.Attempt attempt, String part, String idempotencyKey) {
        return signingKeys.derive(
                attempt.startedAt(), String.join("\n", "access key", part, attempt.seed(), idempotencyKey));
    }
}
