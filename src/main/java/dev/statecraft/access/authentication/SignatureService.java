package dev.statecraft.access.authentication;

import dev.statecraft.access.AccessConfig;
import dev.statecraft.access.Caller;
import dev.statecraft.access.authentication.RequestSignature.RequestLine;
import dev.statecraft.access.key.AccessKey;
import dev.statecraft.access.key.KeyService;
import dev.statecraft.access.key.KeyStore;
import dev.statecraft.access.limit.LimitStore;
import dev.statecraft.http.Problem;
import dev.statecraft.http.ProblemException;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

/** Authenticates signed requests. */
@ApplicationScoped
public class SignatureService {

    private final KeyService keys;
    private final LimitStore nonces;
    private final AccessConfig config;
    private final Clock clock;

    SignatureService(KeyService keys, LimitStore nonces, AccessConfig config, Clock clock) {
        this.keys = keys;
        this.nonces = nonces;
        this.config = config;
        this.clock = clock;
    }

    /** The caller that signed a request, and the SHA-256 of the signed body in hexadecimal. */
    record Signed(Caller caller, String content) {}

    /**
     * Authenticates a signed request. Cost: 1 WCU, and 1 RCU if the key is not cached.
     *
     * @throws ProblemException 401 if the signature is malformed, wrong, outside the time tolerance, or repeated
     */
    Signed authenticate(String header, RequestLine line) {
        Instant now = clock.instant();
        RequestSignature signature = RequestSignature.read(header)
                .orElseThrow(
                        () -> rejected("The signature is malformed. Expected: HMAC-SHA256 keyId=, timestamp=, nonce=,"
                                + " content=, signature=, separated by commas."));
        if (!signature.isFresh(now, config.signatureTolerance())) {
            throw new ProblemException(
                    Problem.unauthorized("The timestamp differs too much from the server's time, which is "
                                    + now.getEpochSecond() + ".")
                            .with("serverTime", now.truncatedTo(ChronoUnit.MILLIS)));
        }
        KeyStore.Stored stored = keys.findSigned(signature.keyId())
                .filter(found -> signature.isOf(line, found.hash()))
                .orElseThrow(() -> rejected("The signature is wrong, or its API key is unknown."));
        AccessKey key = stored.key();
        // A timestamp may be ahead by the tolerance and is accepted until it is behind by the tolerance.
        boolean first = nonces.useNonce(
                key.game(),
                key.id(),
                signature.nonce(),
                now,
                config.signatureTolerance().multipliedBy(2));
        if (!first) {
            throw rejected("The nonce was already used. Every request needs a new nonce.");
        }
        return new Signed(Authenticator.caller(key), signature.content());
    }

    private static ProblemException rejected(String detail) {
        return new ProblemException(Problem.unauthorized(detail));
    }
}
