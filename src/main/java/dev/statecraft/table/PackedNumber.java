package dev.statecraft.table;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;

/**
 * Variable-length encoding of integers in 1 to 10 bytes (sint64 of Protocol Buffers). Zigzag coding moves the sign into
 * the lowest bit. Then each byte holds seven bits, lowest first; its highest bit is set if another byte follows.
 */
public final class PackedNumber {

    private PackedNumber() {}

    /** Maximum bytes of a number. */
    public static final int MAX_BYTES = 10;

    /** Appends a number. */
    public static void write(ByteArrayOutputStream out, long number) {
        byte[] bytes = new byte[MAX_BYTES];
        out.write(bytes, 0, put(bytes, 0, number));
    }

    /**
     * Stores a number in an array, for many numbers without the lock of a stream.
     *
     * @param at where the number begins; {@link #MAX_BYTES} bytes must be left
     * @return where it ends
     */
    public static int put(byte[] bytes, int at, long number) {
        long left = (number << 1) ^ (number >> 63);
        int end = at;
        while ((left & ~0x7fL) != 0) {
            bytes[end++] = (byte) ((left & 0x7f) | 0x80);
            left >>>= 7;
        }
        bytes[end++] = (byte) left;
        return end;
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
