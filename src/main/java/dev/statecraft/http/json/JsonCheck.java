package dev.statecraft.http.json;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.core.exc.StreamReadException;
import dev.statecraft.http.Ids;
import dev.statecraft.http.Problem;
import dev.statecraft.http.ProblemException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Validates a request body before it is bound. These rules hold for every route: valid UTF-8, one JSON value and
 * nothing after it, no duplicate keys, bounded depth and number of values, numbers within ±(2^53−1), strings that UTF-8
 * can encode. Binding alone would not validate free-form values such as metadata. Whole numbers are rewritten as
 * integers: see {@link NumberSpelling}.
 *
 * <p>In a bulk request ({@link BulkRequest}), a fault in an item is the problem of that item: {@code null} replaces the
 * item in the body, and the result contains its {@link Fault}. A body that is not JSON, or has a fault outside of its
 * items, is rejected as a whole.
 */
public final class JsonCheck {

    /** Maximum nesting of an item before the whole body is rejected; the parser stores a context per level. */
    private static final int MAX_ITEM_DEPTH = 10_000;

    /** Maximum length of a field name, the same as that of the binding parser. */
    private static final int MAX_NAME_LENGTH = StreamReadConstraints.DEFAULT_MAX_NAME_LEN;

    /**
     * A parser without limits: this class checks them, so that a fault in an item does not end the parsing of the body.
     */
    private static final JsonFactory FACTORY = JsonFactory.builder()
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(MAX_ITEM_DEPTH)
                    .maxNumberLength(Integer.MAX_VALUE)
                    .maxNameLength(Integer.MAX_VALUE)
                    .build())
            .build();

    private static final String EMPTY_OBJECT = "{}";

    /** Depth of the items of a bulk request: in an array that is a field of the outermost object. */
    private static final int ITEM_DEPTH = 2;

    private final String text;

    /** Whether the body has escapes such as {@code \\ud800}. UTF-8 itself cannot contain an unpaired surrogate. */
    private final boolean escaped;

    private final int maxValues;
    private final boolean bulk;
    private final List<Fault> faults = new ArrayList<>();
    private final Deque<Set<String>> names = new ArrayDeque<>();
    private final StringBuilder edited = new StringBuilder();
    private int copied;
    private boolean changed;
    private int depth;
    private int values;
    private @Nullable String list;
    private int index;
    private @Nullable Item item;

    private JsonCheck(String text, int maxValues, boolean bulk) {
        this.text = text;
        escaped = text.contains("\\u");
        this.maxValues = maxValues;
        this.bulk = bulk;
    }

    /** A validated body, and the faults of the items that {@code null} replaces in it. */
    record Checked(String body, List<Fault> faults) {}

    /**
     * A malformed item.
     *
     * @param list name of the field with the array of items
     * @param index index of the item in the array, from 0
     * @param problem problem of the item
     * @param texts string fields of the item that could be parsed, for its identification
     */
    public record Fault(String list, int index, Problem problem, Map<String, String> texts) {}

    /** The item that contains the current token. */
    private static final class Item {

        private final int start;
        private final int edited;
        private final int copied;
        private final Map<String, String> texts = new HashMap<>();
        private int values;
        private @Nullable Problem problem;

        Item(int start, int edited, int copied) {
            this.start = start;
            this.edited = edited;
            this.copied = copied;
        }
    }

    /**
     * Validates a body and returns the body to bind: whole numbers are integers, and an empty object replaces the empty
     * array that Luau sends for it.
     *
     * @throws ProblemException 400 with the field, if there is one
     */
    static byte[] checked(byte[] body) {
        JsonCheck check = new JsonCheck(text(body), JsonLimits.MAX_VALUES, false);
        String checked = check.run();
        return check.changed ? checked.getBytes(StandardCharsets.UTF_8) : body;
    }

    /**
     * Validates the body of a bulk request and returns the body to bind, with the faults of its items.
     *
     * @throws ProblemException 400 for a fault outside of the items
     */
    static Checked checkedItems(byte[] body) {
        JsonCheck check = new JsonCheck(text(body), JsonLimits.MAX_BULK_VALUES, true);
        return new Checked(check.run(), List.copyOf(check.faults));
    }

    private String run() {
        try (JsonParser parser = FACTORY.createParser(text)) {
            boolean emptyArray = checkValue(parser);
            changed = emptyArray || copied > 0;
            if (emptyArray) {
                return EMPTY_OBJECT;
            }
            return changed ? edited.append(text, copied, text.length()).toString() : text;
        } catch (IOException e) {
            throw new UncheckedIOException("A read from memory failed", e);
        }
    }

    private static String text(byte[] body) {
        String text = new String(body, StandardCharsets.UTF_8);
        // A malformed byte is read as U+FFFD, which a valid body may contain too.
        if (text.indexOf('\uFFFD') < 0) {
            return text;
        }
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(body))
                    .toString();
        } catch (CharacterCodingException e) {
            throw JsonProblems.rejected(null, "The body is not valid UTF-8.");
        }
    }

    /** Validates the only value of the body. Returns whether it is an empty array. */
    private boolean checkValue(JsonParser parser) throws IOException {
        try {
            JsonToken first = parser.nextToken();
            if (first == null) {
                throw JsonProblems.rejected(null, "The body is empty. It must be a JSON object.");
            }
            if (first == JsonToken.VALUE_NULL) {
                throw JsonProblems.rejected(null, "The body is null. It must be a JSON object.");
            }
            int tokens = 0;
            JsonToken token = first;
            do {
                if (token == null) {
                    throw JsonProblems.rejected(
                            JsonProblems.path(parser), "The body ends before its JSON value is complete.");
                }
                step(parser, token, first);
                tokens++;
                token = parser.nextToken();
            } while (depth > 0);
            if (token != null) {
                throw JsonProblems.rejected(null, "The body has content after its JSON value.");
            }
            return first == JsonToken.START_ARRAY && tokens == 2;
        } catch (StreamConstraintsException e) {
            throw JsonProblems.tooDeep(parser);
        } catch (StreamReadException e) {
            throw JsonProblems.rejected(
                    JsonProblems.path(parser),
                    JsonProblems.notJson(
                            e.getOriginalMessage(),
                            e.getLocation().getLineNr(),
                            e.getLocation().getColumnNr()));
        }
    }

    /** Processes one token: updates the depth and the current item, and validates the token. */
    private void step(JsonParser parser, JsonToken token, JsonToken first) throws IOException {
        if (bulk && first == JsonToken.START_OBJECT && depth == ITEM_DEPTH - 1 && token == JsonToken.START_ARRAY) {
            list = parser.currentName();
            index = 0;
        } else if (list != null && depth == ITEM_DEPTH && !token.isStructEnd()) {
            item = new Item(offset(parser), edited.length(), copied);
        }
        depth += token.isStructStart() ? 1 : token.isStructEnd() ? -1 : 0;
        if (token == JsonToken.START_OBJECT) {
            names.push(new HashSet<>());
        } else if (token == JsonToken.END_OBJECT) {
            names.pop();
        }
        if (item == null || item.problem == null) {
            check(parser, token);
        }
        if (item != null && depth == ITEM_DEPTH + 1 && token == JsonToken.VALUE_STRING) {
            storeText(parser, item);
        }
        if (item != null && list != null && depth == ITEM_DEPTH) {
            endItem(parser, list, item);
        } else if (depth < ITEM_DEPTH) {
            list = null;
        }
    }

    /** Stores a string field of an item that may be an id. */
    private static void storeText(JsonParser parser, Item item) throws IOException {
        if (parser.getParsingContext().inObject() && parser.getTextLength() <= Ids.MAX_LENGTH) {
            item.texts.put(parser.currentName(), parser.getText());
        }
    }

    private void check(JsonParser parser, JsonToken token) throws IOException {
        try {
            checkSize(parser, token);
            checkName(parser, token);
            checkToken(parser, token);
        } catch (ProblemException e) {
            if (item == null) {
                throw e;
            }
            item.problem = e.problem();
        }
    }

    private void endItem(JsonParser parser, String of, Item ended) {
        item = null;
        if (ended.problem == null) {
            values += ended.values;
        } else {
            values++;
            faults.add(new Fault(of, index, ended.problem, Map.copyOf(ended.texts)));
            // Discard the replacements within the item.
            edited.setLength(ended.edited);
            copied = ended.copied;
            replace(ended.start, (int) parser.currentLocation().getCharOffset(), "null");
        }
        index++;
        checkValues(parser);
    }

    /** Replaces a part of the body. Parts must be replaced in their order. */
    private void replace(int from, int to, String replacement) {
        edited.append(text, copied, from).append(replacement);
        copied = to;
    }

    private static int offset(JsonParser parser) {
        return (int) parser.currentTokenLocation().getCharOffset();
    }

    private void checkName(JsonParser parser, JsonToken token) throws IOException {
        if (token != JsonToken.FIELD_NAME) {
            return;
        }
        String name = parser.currentName();
        if (name.length() > MAX_NAME_LENGTH) {
            throw JsonProblems.rejected(null, "A name has at most " + MAX_NAME_LENGTH + " characters.");
        }
        if (!names.element().add(name)) {
            throw JsonProblems.rejected(
                    JsonProblems.path(parser),
                    JsonProblems.notJson(
                            "Duplicate field '" + name + "'",
                            parser.currentTokenLocation().getLineNr(),
                            parser.currentTokenLocation().getColumnNr()));
        }
    }

    private void checkSize(JsonParser parser, JsonToken token) {
        if (depth > JsonLimits.MAX_DEPTH) {
            throw JsonProblems.tooDeep(parser);
        }
        if (token.isStructEnd() || token == JsonToken.FIELD_NAME) {
            return;
        }
        if (item == null) {
            values++;
            checkValues(parser);
        } else if (++item.values > JsonLimits.MAX_VALUES) {
            throw JsonProblems.rejected(
                    JsonProblems.path(parser), "An item has more than " + JsonLimits.MAX_VALUES + " values.");
        }
    }

    private void checkValues(JsonParser parser) {
        if (values > maxValues) {
            throw JsonProblems.rejected(JsonProblems.path(parser), "The body has more than " + maxValues + " values.");
        }
    }

    private void checkToken(JsonParser parser, JsonToken token) throws IOException {
        if (token == JsonToken.VALUE_NUMBER_INT || token == JsonToken.VALUE_NUMBER_FLOAT) {
            String written = parser.getText();
            NumberSpelling.Spelled number = NumberSpelling.read(written);
            if (number.rejection() != null) {
                throw JsonProblems.rejected(JsonProblems.path(parser), number.rejection());
            }
            if (!number.plain().equals(written)) {
                replace(offset(parser), offset(parser) + written.length(), number.plain());
            }
        } else if (escaped && (token == JsonToken.VALUE_STRING || token == JsonToken.FIELD_NAME)) {
            if (hasUnpairedSurrogate(parser.getText())) {
                throw JsonProblems.rejected(
                        JsonProblems.path(parser),
                        "A string contains an unpaired surrogate, which UTF-8 cannot encode.");
            }
        }
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
}
