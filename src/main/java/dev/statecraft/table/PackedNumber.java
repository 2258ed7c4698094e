package dev.statecraft.table;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;

/**
 * Integers in as few bytes as their magnitude needs, 1 to 10: zigzag coding, which moves the sign into the lowest bit, then
 * seven bits a byte, lowest first, the highest bit of a byte set where another follows (Protocol Buffers' sint64).
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
     * Reads the number that {@link #write} wrote.
     *
     * @throws java.nio.BufferUnderflowException if the bytes end within it
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
