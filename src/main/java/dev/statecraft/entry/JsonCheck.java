package dev.statecraft.entry;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonStreamContext;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.core.exc.StreamReadException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * Looks through a request body once before it is bound to anything, for what holds of every body whatever its route:
 * valid UTF-8, one JSON value and nothing after it, no duplicate keys, bounded depth and number of values, numbers within ±(2^53−1), text
 * that can be written back. Binding alone would miss what a lenient route keeps as it came, such as metadata.
 */
final class JsonCheck {

    private static final JsonFactory FACTORY = RequestJson.factory();

    /** The largest integer that every client's doubles hold exactly: 2^53−1. */
    private static final BigDecimal MAX_NUMBER = BigDecimal.valueOf((1L << 53) - 1);

    /** Enough for the smallest double; beyond it a few bytes would be written back as very many digits. */
    private static final int MAX_DECIMAL_PLACES = 400;

    private static final int MAX_INTEGER_DIGITS = 16;

    private static final byte[] EMPTY_OBJECT = "{}".getBytes(StandardCharsets.UTF_8);

    private JsonCheck() {}

    /**
     * The body as it is to be bound: itself, or an empty object for the empty array that Luau sends in its place.
     *
     * @param mostValues how many values it may hold; what comes behind them is not looked at
     * @throws ProblemException 400, naming the field where there is one
     */
    static byte[] checked(byte[] body, int mostValues) {
        String text = text(body);
        try (JsonParser parser = FACTORY.createParser(text)) {
            boolean emptyArray = checkValue(parser, mostValues);
            return emptyArray ? EMPTY_OBJECT : body;
        } catch (IOException e) {
            throw new UncheckedIOException("Text in memory cannot fail to be read", e);
        }
    }

    private static String text(byte[] body) {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(body))
                    .toString();
        } catch (CharacterCodingException e) {
            throw refused(null, "The body is not valid UTF-8.");
        }
    }

    /** Whether the one value of the body is an empty array. */
    private static boolean checkValue(JsonParser parser, int mostValues) throws IOException {
        try {
            JsonToken first = parser.nextToken();
            if (first == null) {
                throw refused(null, "The body is empty; it has to be a JSON object.");
            }
            if (first == JsonToken.VALUE_NULL) {
                throw refused(null, "The body is null; it has to be a JSON object.");
            }
            int depth = 0;
            int tokens = 0;
            int values = 0;
            JsonToken token = first;
            do {
                if (token == null) {
                    throw refused(path(parser), "The body ends too early.");
                }
                checkToken(parser, token);
                values += token.isStructEnd() || token == JsonToken.FIELD_NAME ? 0 : 1;
                if (values > mostValues) {
                    throw refused(path(parser), "The body holds more than " + mostValues + " values.");
                }
                depth += token.isStructStart() ? 1 : token.isStructEnd() ? -1 : 0;
                tokens++;
                token = parser.nextToken();
            } while (depth > 0);
            if (token != null) {
                throw refused(null, "The body goes on after its JSON value.");
            }
            return first == JsonToken.START_ARRAY && tokens == 2;
        } catch (StreamConstraintsException e) {
            throw refused(
                    path(parser),
                    "The body is nested deeper than " + RequestJson.MAX_DEPTH
                            + " levels, or a name or number is too long.");
        } catch (StreamReadException e) {
            throw refused(
                    path(parser),
                    "The body is not valid JSON: %s (line %d, column %d)."
                            .formatted(
                                    e.getOriginalMessage(),
                                    e.getLocation().getLineNr(),
                                    e.getLocation().getColumnNr()));
        }
    }

    private static void checkToken(JsonParser parser, JsonToken token) throws IOException {
        if (token == JsonToken.VALUE_NUMBER_INT || token == JsonToken.VALUE_NUMBER_FLOAT) {
            checkNumber(parser);
        } else if ((token == JsonToken.VALUE_STRING || token == JsonToken.FIELD_NAME)
                && hasUnpairedSurrogate(parser.getText())) {
            throw refused(path(parser), "Text holds half of a surrogate pair, which no UTF-8 can carry.");
        }
    }

    private static void checkNumber(JsonParser parser) throws IOException {
        String text = parser.getText();
        if (text.length() > RequestJson.MAX_NUMBER_LENGTH) {
            throw refused(path(parser), "A number has at most " + RequestJson.MAX_NUMBER_LENGTH + " characters.");
        }
        BigDecimal number;
        try {
            number = new BigDecimal(text);
        } catch (NumberFormatException e) {
            throw outOfRange(parser);
        }
        // Digits before the point, reckoned without writing them out: 1e999999999 has very many.
        long integerDigits = (long) number.precision() - number.scale();
        boolean tooLarge = integerDigits > MAX_INTEGER_DIGITS || number.abs().compareTo(MAX_NUMBER) > 0;
        if (tooLarge || number.scale() > MAX_DECIMAL_PLACES) {
            throw outOfRange(parser);
        }
    }

    private static ProblemException outOfRange(JsonParser parser) {
        return refused(path(parser), "Numbers lie between -9007199254740991 and 9007199254740991 (2^53-1).");
    }

    private static boolean hasUnpairedSurrogate(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (Character.isHighSurrogate(c) && i + 1 < text.length() && Character.isLowSurrogate(text.charAt(i + 1))) {
                i++;
            } else if (Character.isSurrogate(c)) {
                return true;
            }
        }
        return false;
    }

    /** Where the parser is, such as {@code scores[3].value}; null at the root. */
    private static @Nullable String path(JsonParser parser) {
        Deque<JsonStreamContext> contexts = new ArrayDeque<>();
        for (JsonStreamContext c = parser.getParsingContext(); c != null; c = c.getParent()) {
            contexts.push(c);
        }
        StringBuilder path = new StringBuilder();
        for (JsonStreamContext context : contexts) {
            if (context.inArray() && context.hasCurrentIndex()) {
                path.append('[').append(context.getCurrentIndex()).append(']');
            } else if (context.inObject() && context.hasCurrentName()) {
                path.append(path.isEmpty() ? "" : ".").append(context.getCurrentName());
            }
        }
        return path.isEmpty() ? null : path.toString();
    }

    private static ProblemException refused(@Nullable String field, String detail) {
        return new ProblemException(Problem.badRequest(field, detail));
    }
}
