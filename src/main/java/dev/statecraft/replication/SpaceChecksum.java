package dev.statecraft.replication;

import java.nio.charset.StandardCharsets;

/**
 * What a reader compares to know that it holds the same entities at the same versions as the server: the exclusive or,
 * over all entities of a space that are not deleted, of a 32-bit hash of {@code id:version}. A change costs two hashes,
 * the old version's out and the new version's in, whatever the size of the space.
 *
 * <p>The hash is Bob Jenkins' one-at-a-time (Dr. Dobb's Journal, September 1997), which needs additions and shifts only,
 * so Luau's bit32 and JavaScript compute it as easily as Java: for each byte {@code h += byte; h += h << 10;
 * h ^= h >>> 6}, at the end {@code h += h << 3; h ^= h >>> 11; h += h << 15}, all modulo 2^32 and from 0.
 *
 * <p>Example: {@code a:1} hashes to {@code 5f6e1e43} and {@code b:12} to {@code d818f34d}; a space that holds entity
 * {@code a} at version 1 and {@code b} at version 12 has the checksum {@code 8776ed0e}, their exclusive or. An empty
 * space has {@code 00000000}.
 *
 * @param bits the 32 bits
 */
public record SpaceChecksum(int bits) {

    /** Of a space without entities. */
    public static final SpaceChecksum EMPTY = new SpaceChecksum(0);

    /** With an entity that comes in or without one that goes out; twice is as if never. */
    public SpaceChecksum toggled(String entityId, long version) {
        return new SpaceChecksum(bits ^ hash(entityId + ':' + version));
    }

    /** Reads what {@link #toString} wrote. */
    public static SpaceChecksum parse(String text) {
        return new SpaceChecksum(Integer.parseUnsignedInt(text, 16));
    }

    /** Eight hexadecimal digits in lower case. */
    @Override
    public String toString() {
        return String.format("%08x", bits);
    }

    private static int hash(String text) {
        int h = 0;
        for (byte next : text.getBytes(StandardCharsets.UTF_8)) {
            h += next & 0xff;
            h += h << 10;
            h ^= h >>> 6;
        }
        h += h << 3;
        h ^= h >>> 11;
        h += h << 15;
        return h;
    }
}
