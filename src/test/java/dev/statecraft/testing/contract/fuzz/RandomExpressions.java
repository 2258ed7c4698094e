package dev.statecraft.testing.contract.fuzz;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/**
 * Random expressions for one request, with the placeholders that they use. Few attributes and few values, so that
 * conditions hold about as often as they fail; one expression in twenty is damaged.
 */
final class RandomExpressions {

    /** Attributes that are no keys. */
    static final List<String> ATTRIBUTES = List.of("va", "vb", "vc", "vd");

    private static final List<String> NUMBERS = List.of("0", "1", "2", "1.0", "-1", "1E1", "10", "0.5", "9E125");
    private static final List<String> STRINGS = List.of("", "x", "xy", "y", "\u00e9");
    private static final List<String> COMPARATORS = List.of("=", "<>", "<", "<=", ">", ">=");
    private static final int DAMAGED_ONE_IN = 20;

    private final Random random;
    private final Map<String, AttributeValue> values = new HashMap<>();
    private final Map<String, String> names = new HashMap<>();

    RandomExpressions(Random random) {
        this.random = random;
    }

    /** The values of the expressions; null if there are none, because DynamoDB rejects an empty map. */
    @Nullable Map<String, AttributeValue> values() {
        return values.isEmpty() ? null : values;
    }

    @Nullable Map<String, String> names() {
        return names.isEmpty() ? null : names;
    }

    <T> T pick(List<T> choices) {
        return choices.get(random.nextInt(choices.size()));
    }

    boolean chance(int oneIn) {
        return random.nextInt(oneIn) == 0;
    }

    AttributeValue number() {
        return AttributeValue.fromN(pick(NUMBERS));
    }

    /** A value of any type. */
    AttributeValue value() {
        return switch (random.nextInt(12)) {
            case 0, 1, 2, 3 -> number();
            case 4, 5, 6 -> AttributeValue.fromS(pick(STRINGS));
            case 7 -> AttributeValue.fromBool(random.nextBoolean());
            case 8 -> AttributeValue.fromNul(true);
            case 9 -> set();
            case 10 -> AttributeValue.fromB(bytes());
            default ->
                random.nextBoolean()
                        ? AttributeValue.fromL(List.of(number(), AttributeValue.fromS("x")))
                        : AttributeValue.fromM(Map.of("k", number()));
        };
    }

    SdkBytes bytes() {
        byte[] bytes = new byte[1 + random.nextInt(2)];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) (random.nextInt(3) * 100);
        }
        return SdkBytes.fromByteArray(bytes);
    }

    private AttributeValue set() {
        return switch (random.nextInt(3)) {
            case 0 -> AttributeValue.fromSs(List.of("x", "y"));
            case 1 -> AttributeValue.fromSs(List.of(pick(List.of("x", "y", "z"))));
            default -> AttributeValue.fromNs(random.nextBoolean() ? List.of("1", "2") : List.of("2.0"));
        };
    }

    String placeholder(AttributeValue value) {
        String name = ":v" + values.size();
        values.put(name, value);
        return name;
    }

    private String attribute() {
        String attribute = chance(12) ? "pk" : pick(ATTRIBUTES);
        if (chance(4)) {
            names.put("#" + attribute, attribute);
            return "#" + attribute;
        }
        return attribute;
    }

    private String operand() {
        return chance(6) ? attribute() : placeholder(value());
    }

    /** A condition or a filter. */
    String condition() {
        return damaged(condition(2));
    }

    private String condition(int depth) {
        if (depth > 0 && chance(2)) {
            return switch (random.nextInt(4)) {
                case 0 -> nested(depth) + " AND " + nested(depth);
                case 1 -> nested(depth) + " OR " + nested(depth);
                case 2 -> condition(depth - 1) + " AND " + condition(depth - 1);
                default -> "NOT " + nested(depth);
            };
        }
        return switch (random.nextInt(8)) {
            case 0, 1 -> "attribute_not_exists(" + attribute() + ")";
            case 2 -> "attribute_exists(" + attribute() + ")";
            case 3 -> "begins_with(" + attribute() + ", " + placeholder(AttributeValue.fromS(pick(STRINGS))) + ")";
            case 4 -> attribute() + " BETWEEN " + placeholder(number()) + " AND " + placeholder(number());
            default -> attribute() + " " + pick(COMPARATORS) + " " + operand();
        };
    }

    private String nested(int depth) {
        String inner = condition(depth - 1);
        return inner.contains(" AND ") || inner.contains(" OR ") || inner.startsWith("NOT") ? "(" + inner + ")" : inner;
    }

    /** An update of some attributes, which may not suit the stored item. */
    String update() {
        List<String> attributes = new ArrayList<>(ATTRIBUTES);
        Collections.shuffle(attributes, random);
        Map<String, List<String>> clauses = new HashMap<>();
        int actions = 1 + random.nextInt(3);
        for (int i = 0; i < actions; i++) {
            String target = attributes.get(i);
            switch (random.nextInt(8)) {
                case 0 -> add(clauses, "REMOVE", target);
                case 1 -> add(clauses, "ADD", target + " " + placeholder(chance(4) ? value() : number()));
                case 2 -> add(clauses, "ADD", target + " " + placeholder(set()));
                case 3 -> add(clauses, "DELETE", target + " " + placeholder(set()));
                default -> add(clauses, "SET", target + " = " + assigned(target));
            }
        }
        List<String> texts = new ArrayList<>();
        clauses.forEach((clause, parts) -> texts.add(clause + " " + String.join(", ", parts)));
        Collections.shuffle(texts, random);
        return damaged(String.join(" ", texts));
    }

    private static void add(Map<String, List<String>> clauses, String clause, String action) {
        clauses.computeIfAbsent(clause, c -> new ArrayList<>()).add(action);
    }

    private String assigned(String target) {
        return switch (random.nextInt(6)) {
            case 0 -> target + " + " + placeholder(number());
            case 1 -> pick(ATTRIBUTES) + " - " + placeholder(number());
            case 2 -> "if_not_exists(" + target + ", " + placeholder(value()) + ")";
            case 3 -> pick(ATTRIBUTES);
            default -> placeholder(value());
        };
    }

    String projection() {
        List<String> attributes = new ArrayList<>(ATTRIBUTES);
        attributes.add("sk");
        attributes.add("pk");
        Collections.shuffle(attributes, random);
        return damaged(String.join(", ", attributes.subList(0, 1 + random.nextInt(3))));
    }

    private String damaged(String expression) {
        if (!chance(DAMAGED_ONE_IN)) {
            return expression;
        }
        List<String> words = new ArrayList<>(List.of(expression.split(" ", -1)));
        int at = random.nextInt(words.size());
        switch (random.nextInt(3)) {
            case 0 -> words.remove(at);
            case 1 -> words.add(at, pick(List.of("AND", "(", ")", ":none", "#none", "=", "SET", "va")));
            default -> placeholder(number());
        }
        return String.join(" ", words);
    }
}
