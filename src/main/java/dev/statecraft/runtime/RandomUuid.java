package dev.statecraft.runtime;

import java.util.UUID;
import java.util.random.RandomGenerator;

/** Random UUIDs (version 4 of RFC 9562). */
public final class RandomUuid {

    private RandomUuid() {}

    /** The text of a UUID from 122 bits of a generator. */
    public static String next(RandomGenerator random) {
        long most = (random.nextLong() & ~0xF000L) | 0x4000L;
        long least = (random.nextLong() & 0x3FFF_FFFF_FFFF_FFFFL) | 0x8000_0000_0000_0000L;
        return new UUID(most, least).toString();
    }
}
