package dev.statecraft.docs.price;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.core.util.Separators;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The file with the measured capacity of every priced operation. A test states what it measures; {@link #finish} fails
 * if the file says otherwise, or writes the file with {@code -Ddocs.write}.
 */
final class MeasuredCapacity {

    static final Path FILE = Path.of("src/test/resources/dev/statecraft/docs/measured-capacity.json");

    static final ObjectMapper JSON = new ObjectMapper();

    private final ObjectNode root;
    private final List<String> differences = new ArrayList<>();

    private MeasuredCapacity(ObjectNode root) {
        this.root = root;
    }

    static MeasuredCapacity read() {
        try {
            return new MeasuredCapacity((ObjectNode) JSON.readTree(FILE.toFile()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    JsonNode root() {
        return root;
    }

    /** States the capacity of an operation that is alone: nothing is cached, no other record is in its batches. */
    void quiet(String operation, Measured measured) {
        put(operation, "quiet", measured);
    }

    /** States the capacity of one of {@link CapacityProbe#TOGETHER} operations in a row. */
    void busy(String operation, Measured measured) {
        put(operation, "busy", measured);
    }

    private void put(String operation, String load, Measured measured) {
        ObjectNode found = JSON.createObjectNode();
        measured.write(found);
        compare(operation + "/" + load, root.at("/operations/" + operation + "/" + load), found);
        ObjectNode operations = root.withObject("/operations");
        operations.withObject("/" + operation).set(load, found);
    }

    private void compare(String path, JsonNode said, JsonNode found) {
        if (found.isObject()) {
            found.properties()
                    .forEach(member ->
                            compare(path + "/" + member.getKey(), said.path(member.getKey()), member.getValue()));
            return;
        }
        if (said.asDouble(-1) != found.asDouble()) {
            differences.add("%s: the file says %s, measured %s".formatted(path, said, found));
        }
    }

    /** Compares or writes the file. */
    void finish() throws IOException {
        if (System.getProperty("docs.write") == null) {
            assertEquals(List.of(), differences, "run again with -Ddocs.write, then PricePageTest -Ddocs.write");
            return;
        }
        DefaultPrettyPrinter printer = new DefaultPrettyPrinter()
                .withSeparators(
                        Separators.createDefaultInstance().withObjectFieldValueSpacing(Separators.Spacing.AFTER));
        printer.indentArraysWith(DefaultIndenter.SYSTEM_LINEFEED_INSTANCE);
        Files.writeString(FILE, JSON.writer(printer).writeValueAsString(root) + "\n");
    }
}
