package dev.statecraft.replication.state;

import java.nio.charset.StandardCharsets;

/**
 * What a reader compares to know that it holds the same entities at the same versions as the server: the exclusive or,
 * over all entities of a space that are not deleted, of a 32-bit hash of {@code id:version}. A change costs two hashes,
 * the old version's out and the new version's in, whatever the size of the space.
 *
 * <p>The hash is FNV-1a (Fowler, Noll, Vo) over the bytes of the text, finished as MurmurHash3 finishes its 32 bits, since FNV
 * alone lets changes of similar ids cancel out. All of it is modulo 2^32: {@code h = 0x811c9dc5}; for each byte
 * {@code h = (h ^ byte) * 0x01000193}; then {@code h ^= h >>> 16; h *= 0x85ebca6b; h ^= h >>> 13; h *= 0xc2b2ae35;
 * h ^= h >>> 16}. JavaScript multiplies with {@code Math.imul}; Luau, whose numbers are doubles, with
 * {@code (a % 65536 * b + (a // 65536 * b) % 65536 * 65536) % 4294967296}.
 *
 * <p>Example: {@code a:1} hashes to {@code f8c22914} and {@code b:12} to {@code 881a0862}; a space that holds entity
 * {@code a} at version 1 and {@code b} at version 12 has the checksum {@code 70d82176}, their exclusive or. An empty
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
        int h = 0x811c9dc5;
        for (byte next : text.getBytes(StandardCharsets.UTF_8)) {
            h = (h ^ (next & 0xff)) * 0x01000193;
        }
        h = (h ^ (h >>> 16)) * 0x85ebca6b;
        h = (h ^ (h >>> 13)) * 0xc2b2ae35;
        return h ^ (h >>> 16);
    }
}
