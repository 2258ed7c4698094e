package dev.statecraft.access;

import dev.statecraft.table.Sha256;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.Optional;
import java.util.random.RandomGenerator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A key as its holder writes it: {@code sk_<id>_<secret>}. The secret is 256 random bits, so a plain SHA-256 is enough
 * to keep: there is nothing to guess that a slow hash would protect.
 *
 * @param text all of it
 * @param id the part that may be known
 */
record KeyText(String text, String id) {

    private static final int ID_LENGTH = 12;
    private static final int SECRET_BYTES = 32;
    private static final String ID_CHARACTERS = "0123456789abcdefghijklmnopqrstuvwxyz";
    private static final Pattern KEY = Pattern.compile("sk_([0-9A-Za-z]{1,32})_[0-9A-Za-z_-]{43,128}");

    /** A new key; the generator has to be one whose output nobody can foretell. */
    static KeyText random(RandomGenerator random) {
        StringBuilder id = new StringBuilder();
        for (int i = 0; i < ID_LENGTH; i++) {
            id.append(ID_CHARACTERS.charAt(random.nextInt(ID_CHARACTERS.length())));
        }
        byte[] secret = new byte[SECRET_BYTES];
        random.nextBytes(secret);
        return new KeyText(
                "sk_" + id + "_" + Base64.getUrlEncoder().withoutPadding().encodeToString(secret), id.toString());
    }

    /**
     * A key that follows from bytes nobody can foretell.
     *
     * @param id at least 12 bytes, which tell nothing about the secret
     * @param secret 32 bytes
     */
    static KeyText derived(byte[] id, byte[] secret) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < ID_LENGTH; i++) {
            text.append(ID_CHARACTERS.charAt((id[i] & 0xff) % ID_CHARACTERS.length()));
        }
        return new KeyText(
                "sk_" + text + "_" + Base64.getUrlEncoder().withoutPadding().encodeToString(secret), text.toString());
    }

    /** Reads what somebody brought; empty if it cannot be a key. */
    static Optional<KeyText> read(String text) {
        Matcher key = KEY.matcher(text);
        return key.matches() ? Optional.of(new KeyText(text, key.group(1))) : Optional.empty();
    }

    /** What is kept of the key. */
    String hash() {
        return Sha256.hex(text.getBytes(StandardCharsets.UTF_8));
    }

    /** Whether this is the key that a hash was kept of; takes the same time wherever they differ. */
    boolean matches(String hash) {
        return MessageDigest.isEqual(
                hash.getBytes(StandardCharsets.US_ASCII), hash().getBytes(StandardCharsets.US_ASCII));
    }

    /** Never the secret, wherever this ends up. */
    @Override
    public String toString() {
        return "sk_" + id + "_…";
    }
}
