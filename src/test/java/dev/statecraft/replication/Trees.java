package dev.statecraft.replication;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.statecraft.replication.state.Operations;
import dev.statecraft.replication.state.OperationsReader;
import dev.statecraft.replication.state.StatePath;
import java.math.BigDecimal;
import java.util.List;
import java.util.Random;

/** JSON trees for tests: read from text with single quotes for double ones, and random ones. */
public final class Trees {

    private static final ObjectMapper MAPPER =
            new ObjectMapper().enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS);

    private static final List<String> KEYS = List.of("a", "b", "c", "", "x.y", "sl/ash", "til~de", "0", "1", "ключ");

    private Trees() {}

    public static JsonNode json(String text) {
        try {
            return MAPPER.readTree(text.replace('\'', '"'));
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(text, e);
        }
    }

    public static ObjectNode object(String text) {
        return (ObjectNode) json(text);
    }

    public static Operations operations(String text) {
        Operations.Reading reading = OperationsReader.parse(json(text));
        if (reading instanceof Operations.Read read) {
            return read.operations();
        }
        throw new IllegalArgumentException(reading.toString());
    }

    public static StatePath path(String text) {
        return StatePath.parse(text).orElseThrow();
    }

    public static ObjectNode randomState(Random random, int depth) {
        ObjectNode state = JsonNodeFactory.instance.objectNode();
        int size = random.nextInt(5);
        for (int i = 0; i < size; i++) {
            state.set(KEYS.get(random.nextInt(KEYS.size())), randomValue(random, depth - 1));
        }
        return state;
    }

    public static JsonNode randomValue(Random random, int depth) {
        JsonNodeFactory nodes = JsonNodeFactory.instance;
        return switch (random.nextInt(depth > 0 ? 9 : 6)) {
            case 0 -> nodes.numberNode(random.nextInt(4));
            case 1 -> nodes.numberNode(new BigDecimal(random.nextInt(-30, 30)).movePointLeft(1));
            case 2 -> nodes.textNode(List.of("", "a", "ü€😀", "\"\\\n\u0001").get(random.nextInt(4)));
            case 3 -> nodes.booleanNode(random.nextBoolean());
            case 4 -> nodes.numberNode(random.nextBoolean() ? 9007199254740991L : -9007199254740991L);
            case 5 -> nodes.nullNode();
            case 6 -> {
                ArrayNode list = nodes.arrayNode();
                int size = random.nextInt(4);
                for (int i = 0; i < size; i++) {
                    list.add(randomValue(random, depth - 1));
                }
                yield list;
            }
            default -> randomState(random, depth);
        };
    }
}
