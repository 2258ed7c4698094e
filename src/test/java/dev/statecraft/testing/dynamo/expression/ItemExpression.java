package dev.statecraft.testing.dynamo.expression;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A parsed expression. Parsing is cached by text, because a program has few expressions and sends them often.
 *
 * @param parameter the name of the request's parameter, for messages
 * @param tree what was parsed
 * @param names the placeholders of names in it
 * @param values the placeholders of values in it
 * @param attributes the attributes in it, by name or placeholder
 */
public record ItemExpression<T>(
        String parameter, T tree, Set<String> names, Set<String> values, Set<String> attributes) {

    private static final Cache<Condition> CONDITIONS =
            new Cache<>("ConditionExpression", ExpressionParser::wholeCondition);
    private static final Cache<Condition> FILTERS = new Cache<>("FilterExpression", ExpressionParser::wholeCondition);
    private static final Cache<Condition> KEY_CONDITIONS =
            new Cache<>("KeyConditionExpression", ExpressionParser::wholeCondition);
    private static final Cache<UpdateProgram> UPDATES = new Cache<>("UpdateExpression", ExpressionParser::update);
    private static final Cache<List<DocumentPath>> PROJECTIONS =
            new Cache<>("ProjectionExpression", ExpressionParser::projection);

    /** A condition of a write; null for null. */
    public static @Nullable ItemExpression<Condition> condition(@Nullable String text) {
        return CONDITIONS.get(text);
    }

    /** A filter of a query or scan; null for null. */
    public static @Nullable ItemExpression<Condition> filter(@Nullable String text) {
        return FILTERS.get(text);
    }

    /** The key condition of a query; null for null. */
    public static @Nullable ItemExpression<Condition> keyCondition(@Nullable String text) {
        return KEY_CONDITIONS.get(text);
    }

    /** An update; null for null. */
    public static @Nullable ItemExpression<UpdateProgram> update(@Nullable String text) {
        return UPDATES.get(text);
    }

    /** The attributes that a read returns; null for null. */
    public static @Nullable ItemExpression<List<DocumentPath>> projection(@Nullable String text) {
        return PROJECTIONS.get(text);
    }

    /** The names of the attributes in the expression. */
    public List<String> attributes(Placeholders placeholders) {
        return attributes.stream()
                .map(name -> name.charAt(0) == '#' ? placeholders.name(name) : name)
                .toList();
    }

    private record Cache<T>(
            String parameter, Function<ExpressionParser, T> parse, Map<String, ItemExpression<T>> byText) {

        /** Tests that build expressions with literals must not fill the memory. */
        private static final int MOST = 10_000;

        Cache(String parameter, Function<ExpressionParser, T> parse) {
            this(parameter, parse, new ConcurrentHashMap<>());
        }

        @Nullable ItemExpression<T> get(@Nullable String text) {
            if (text == null) {
                return null;
            }
            ItemExpression<T> known = byText.get(text);
            if (known != null) {
                return known;
            }
            ExpressionParser parser = new ExpressionParser(parameter, text);
            T tree = parse.apply(parser);
            ItemExpression<T> parsed =
                    new ItemExpression<>(parameter, tree, parser.names(), parser.values(), parser.attributes());
            if (byText.size() < MOST) {
                byText.put(text, parsed);
            }
            return parsed;
        }
    }
}
