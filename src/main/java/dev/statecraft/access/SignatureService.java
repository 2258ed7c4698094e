package dev.statecraft.access;

import dev.statecraft.access.RequestSignature.RequestLine;
import dev.statecraft.entry.Problem;
import dev.statecraft.entry.ProblemException;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.time.Instant;

/** Lets in who signs requests with a key that was made for it. */
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

    /** Who signed a request, and the SHA-256 in hexadecimal that its body has to have. */
    record Signed(Caller caller, String content) {}

    /**
     * Lets in who signed a request; 1 WCU, and 1 RCU for a key that was not looked up lately.
     *
     * @throws ProblemException 401 if the signature is not right, not of about now, or was seen before
     */
    Signed letIn(String header, RequestLine line) {
        Instant now = clock.instant();
        RequestSignature signature = RequestSignature.read(header)
                .orElseThrow(() -> refused("The signature is malformed. Expected: HMAC-SHA256 keyId=, timestamp=, nonce=,"
                        + " content=, signature=, separated by commas."));
        if (!signature.isFresh(now, config.signatureTolerance())) {
            throw refused("The timestamp differs too much from the server's time, which is " + now.getEpochSecond() + ".");
        }
        KeyStore.Stored stored = keys.findSigned(signature.keyId())
                .filter(found -> signature.isOf(line, found.hash()))
                .orElseThrow(() -> refused("The signature is wrong, or its API key is unknown."));
        AccessKey key = stored.key();
        // Its time may lie ahead of ours by the tolerance and be looked at until it lies as far behind.
        boolean first = nonces.use(
                key.game(),
                key.id(),
                signature.nonce(),
                now,
                config.signatureTolerance().multipliedBy(2));
        if (!first) {
            throw refused("The nonce was already used. Every request needs a new nonce.");
        }
        return new Signed(Door.caller(key), signature.content());
    }

    private static ProblemException refused(String detail) {
        return new ProblemException(Problem.unauthorized(detail));
    }
}
