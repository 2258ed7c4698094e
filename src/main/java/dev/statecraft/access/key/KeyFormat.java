package dev.statecraft.access.key;

import dev.statecraft.table.Sha256;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.Optional;
import java.util.random.RandomGenerator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The text of an API key: {@code sk_<id>_<secret>}. The secret has 256 random bits and cannot be guessed, so a plain
 * SHA-256 is stored instead of a slow hash.
 *
 * @param text the full text
 * @param id the public part
 */
public record KeyFormat(String text, String id) {

    private static final int ID_LENGTH = 12;
    private static final int SECRET_BYTES = 32;
    private static final String ID_CHARACTERS = "0123456789abcdefghijklmnopqrstuvwxyz";
    private static final Pattern KEY = Pattern.compile("sk_([0-9A-Za-z]{1,32})_[0-9A-Za-z_-]{43,128}");

    /** A new key. The generator must be cryptographically secure. */
    public static KeyFormat random(RandomGenerator random) {
        StringBuilder id = new StringBuilder();
        for (int i = 0; i < ID_LENGTH; i++) {
            id.append(ID_CHARACTERS.charAt(random.nextInt(ID_CHARACTERS.length())));
        }
        byte[] secret = new byte[SECRET_BYTES];
        random.nextBytes(secret);
        return new KeyFormat(
                "sk_" + id + "_" + Base64.getUrlEncoder().withoutPadding().encodeToString(secret), id.toString());
    }

    /**
     * A key derived from unpredictable bytes.
     *
     * @param id at least 12 bytes that reveal nothing about the secret
     * @param secret 32 bytes
     */
    static KeyFormat derived(byte[] id, byte[] secret) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < ID_LENGTH; i++) {
            text.append(ID_CHARACTERS.charAt((id[i] & 0xff) % ID_CHARACTERS.length()));
        }
        return new KeyFormat(
                "sk_" + text + "_" + Base64.getUrlEncoder().withoutPadding().encodeToString(secret), text.toString());
    }

    /** Parses a credential; empty if it does not have the form of a key. */
    public static Optional<KeyFormat> read(String text) {
        Matcher key = KEY.matcher(text);
        return key.matches() ? Optional.of(new KeyFormat(text, key.group(1))) : Optional.empty();
    }

    /** SHA-256 of the text in hexadecimal, which is stored instead of the key. */
    public String hash() {
        return Sha256.hex(text.getBytes(StandardCharsets.UTF_8));
    }

    /** Whether the text has a hash, compared in constant time. */
    boolean matches(String hash) {
        return MessageDigest.isEqual(
                hash.getBytes(StandardCharsets.US_ASCII), hash().getBytes(StandardCharsets.US_ASCII));
    }

    /** The id without the secret, so that logs never contain the secret. */
    @Override
    public String toString() {
        return "sk_" + id + "_…";
    }
}
