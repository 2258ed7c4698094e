package dev.statecraft.infra;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.StringReader;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;

/** The YAML reader and writer of the commands never disagree with a YAML parser, which gives plain scalars no types here. */
class YamlModelTest {

    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    /** Pieces that YAML treats in a special way, in mutated documents. */
    private static final String[] PIECES = {
        ":", ": ", " ", "\n", "\n  ", "- ", "-", "#", " #", "'", "\"", "\\", "{", "}", "[", "]", ",", "|", "|-", "|+",
        ">", "&a ", "*a", "!", "? ", "%", "@", "~", "null", "0", "1.5", "\t", "---", "...", "x", "\n\n", "    ", "é",
        "+", "=", "<<", "\r\n"
    };

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void randomDocument_isReadAsItWasWritten(long seed) {
        Random random = new Random(seed);
        for (int i = 0; i < 700; i++) {
            JsonNode tree = CommandYaml.normal(YamlDocuments.tree(random, 4));
            String styled = new YamlDocuments(random).write(tree);
            String message = "seed " + seed + ", document " + i + ":\n" + styled;
            assertEquals(Optional.of(tree), parsed(styled), "the document is wrong; " + message);
            assertEquals(Optional.empty(), CommandYaml.error(styled), message);
            assertEquals(tree, CommandYaml.read(styled), message);
            String written = CommandYaml.write(tree);
            assertEquals(Optional.of(tree), parsed(written), "seed " + seed + ", written " + i + ":\n" + written);
            assertEquals(tree, CommandYaml.read(written), "seed " + seed + ", written " + i + ":\n" + written);
        }
    }

    /**
     * Rejecting a document is allowed. Reading it as another value is not. The parser is one of YAML 1.1, which rejects some
     * documents of YAML 1.2: tabs between tokens, a question mark in a flow collection, a colon on the line after its key. It
     * also rejects half of a surrogate pair, which no UTF-8 file contains.
     */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void mutatedDocument_isRejectedOrReadAsYaml(long seed) {
        Random random = new Random(seed);
        int accepted = 0;
        int unknown = 0;
        for (int i = 0; i < 6_000; i++) {
            StringBuilder text = new StringBuilder(
                    new YamlDocuments(random).write(CommandYaml.normal(YamlDocuments.tree(random, 3))));
            for (int mutation = random.nextInt(3); mutation >= 0; mutation--) {
                int at = random.nextInt(text.length() + 1);
                if (random.nextInt(3) == 0 && at < text.length()) {
                    text.deleteCharAt(at);
                } else {
                    text.insert(at, PIECES[random.nextInt(PIECES.length)]);
                }
            }
            String mutated = text.toString();
            if (CommandYaml.error(mutated).isEmpty()) {
                accepted++;
                JsonNode read = CommandYaml.read(mutated);
                String message = "seed " + seed + ", document " + i + " read as " + read + ":\n" + mutated;
                Optional<JsonNode> expected = parsed(mutated);
                expected.ifPresent(tree -> assertEquals(tree, read, message));
                if (expected.isEmpty() && !mutated.matches("(?s).*[\t?\\p{Cs}].*")) {
                    unknown++;
                }
            }
        }
        assertTrue(accepted > 1_000, "only " + accepted + " documents were accepted");
        assertTrue(unknown * 200 < accepted, unknown + " of " + accepted + " accepted documents are not YAML 1.1");
    }

    /** The document as a YAML parser reads it, with the core schema; empty if it is not YAML. */
    private static Optional<JsonNode> parsed(String text) {
        try {
            Node root = new Yaml(new LoaderOptions()).compose(new StringReader(text));
            return Optional.of(root == null ? NODES.nullNode() : tree(root));
        } catch (YAMLException e) {
            return Optional.empty();
        }
    }

    private static JsonNode tree(Node node) {
        if (node instanceof MappingNode mapping) {
            ObjectNode object = NODES.objectNode();
            mapping.getValue()
                    .forEach(
                            pair -> object.set(((ScalarNode) pair.getKeyNode()).getValue(), tree(pair.getValueNode())));
            return object;
        }
        if (node instanceof SequenceNode sequence) {
            ArrayNode array = NODES.arrayNode();
            sequence.getValue().forEach(element -> array.add(tree(element)));
            return array;
        }
        ScalarNode scalar = (ScalarNode) node;
        return scalar.isPlain() ? core(scalar.getValue()) : NODES.textNode(scalar.getValue());
    }

    /** The core schema of YAML 1.2.2, section 10.3.2. */
    private static JsonNode core(String plain) {
        Map<String, JsonNode> words = Map.of(
                "null", NODES.nullNode(),
                "Null", NODES.nullNode(),
                "NULL", NODES.nullNode(),
                "~", NODES.nullNode(),
                "", NODES.nullNode());
        if (words.containsKey(plain)) {
            return words.get(plain);
        }
        if (plain.matches("true|True|TRUE|false|False|FALSE")) {
            return NODES.booleanNode(plain.matches("[tT].*"));
        }
        if (plain.matches("0o[0-7]+")) {
            return number(new BigDecimal(new BigInteger(plain.substring(2), 8)));
        }
        if (plain.matches("0x[0-9a-fA-F]+")) {
            return number(new BigDecimal(new BigInteger(plain.substring(2), 16)));
        }
        return plain.matches("[-+]?(\\.[0-9]+|[0-9]+(\\.[0-9]*)?)([eE][-+]?[0-9]+)?")
                ? number(new BigDecimal(plain))
                : NODES.textNode(plain);
    }

    private static JsonNode number(BigDecimal number) {
        return NODES.numberNode(number.signum() == 0 ? BigDecimal.ZERO : number.stripTrailingZeros());
    }
}
