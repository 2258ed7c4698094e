package dev.statecraft.testing.console;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The files with what tests print and log: one for each class, named like the class. A class without output has no
 * file. Output between two classes belongs to the earlier one.
 */
final class TestLog extends OutputStream {

    private final Path directory;
    private Path file;
    private @Nullable OutputStream out;
    private long size;

    /** @param before name of the file with the output before the first class */
    TestLog(Path directory, String before) {
        this.directory = directory;
        this.file = directory.resolve(before + ".log");
    }

    /** Ends the file of the previous class and replaces that of this one. */
    synchronized void begin(String className) {
        try {
            close();
            file = directory.resolve(className + ".log");
            Files.deleteIfExists(file);
            size = 0;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The file of the current class. */
    synchronized Path file() {
        return file;
    }

    /** The number of bytes in the file of the current class. */
    synchronized long size() {
        return size;
    }

    /** The last lines of the current class's file, of those that begin after a position in bytes and are wanted. */
    synchronized List<String> tail(long from, Predicate<String> wanted, int maxLines) {
        if (size <= from) {
            return List.of();
        }
        try {
            byte[] all = Files.readAllBytes(file);
            String text = new String(
                    Arrays.copyOfRange(all, (int) Math.min(from, all.length), all.length), StandardCharsets.UTF_8);
            List<String> lines = text.lines().filter(wanted).toList();
            return lines.subList(Math.max(0, lines.size() - maxLines), lines.size());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public synchronized void write(byte[] bytes, int offset, int length) throws IOException {
        if (out == null) {
            Files.createDirectories(directory);
            out = Files.newOutputStream(file, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        }
        out.write(bytes, offset, length);
        size += length;
    }

    @Override
    public void write(int b) throws IOException {
        write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public synchronized void close() throws IOException {
        if (out != null) {
            out.close();
            out = null;
        }
    }
}
