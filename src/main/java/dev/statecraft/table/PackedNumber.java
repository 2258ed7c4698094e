package dev.statecraft.table;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;

/**
 * Variable-length encoding of integers in 1 to 10 bytes (sint64 of Protocol Buffers). Zigzag coding moves the sign into
 * the lowest bit. Then each byte holds seven bits, lowest first; its highest bit is set if another byte follows.
 */
public final class PackedNumber {

    private PackedNumber() {}

    /** Appends a number. */
    public static void write(ByteArrayOutputStream out, long number) {
        long left = (number << 1) ^ (number >> 63);
        while ((left & ~0x7fL) != 0) {
            out.write((int) ((left & 0x7f) | 0x80));
            left >>>= 7;
        }
        out.write((int) left);
    }

    /**
     * Reads a number written by {@link #write}.
     *
     * @throws java.nio.BufferUnderflowException if the bytes end within the number
     */
    public static long read(ByteBuffer in) {
        long coded = 0;
        int shift = 0;
        byte next;
        do {
            next = in.get();
            coded |= (next & 0x7fL) << shift;
            shift += 7;
        } while (next < 0);
        return (coded >>> 1) ^ -(coded & 1);
    }
}
