package dev.statecraft.replication.state;

import java.nio.charset.StandardCharsets;

/**
 * Checksum of the entities of a space and their versions. A client compares it with its own to verify that it has the
 * same entities at the same versions as the server. It is the exclusive or of a 32-bit hash of {@code id:version} over
 * all entities that are not deleted. A change costs two hashes, one of the old and one of the new version, independent
 * of the size of the space.
 *
 * <p>The hash is FNV-1a (Fowler, Noll, Vo) over the UTF-8 bytes of the text, followed by the finalizer of MurmurHash3,
 * because with FNV-1a alone changes of similar ids cancel out. All arithmetic is modulo 2^32: {@code h = 0x811c9dc5};
 * for each byte {@code h = (h ^ byte) * 0x01000193}; then
 * {@code h ^= h >>> 16; h *= 0x85ebca6b; h ^= h >>> 13; h *= 0xc2b2ae35; h ^= h >>> 16}. JavaScript multiplies with
 * {@code Math.imul}; Luau, whose numbers are doubles, with
 * {@code (a % 65536 * b + (a // 65536 * b) % 65536 * 65536) % 4294967296}.
 *
 * <p>Example: {@code a:1} hashes to {@code f8c22914} and {@code b:12} to {@code 881a0862}; a space that holds entity
 * {@code a} at version 1 and {@code b} at version 12 has the checksum {@code 70d82176}, their exclusive or. An empty
 * space has {@code 00000000}.
 *
 * @param bits the 32 bits
 */
public record SpaceChecksum(int bits) {

    /** The checksum of a space without entities. */
    public static final SpaceChecksum EMPTY = new SpaceChecksum(0);

    /** This checksum with a version of an entity added or removed. Applying it twice has no effect. */
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
        int h = 0x811c9dc5;
        for (byte next : text.getBytes(StandardCharsets.UTF_8)) {
            h = (h ^ (next & 0xff)) * 0x01000193;
        }
        h = (h ^ (h >>> 16)) * 0x85ebca6b;
        h = (h ^ (h >>> 13)) * 0xc2b2ae35;
        return h ^ (h >>> 16);
    }
}
