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
 * Looks through a request body once before it is bound to anything, for what holds of every body whatever its route:
 * valid UTF-8, one JSON value and nothing after it, no duplicate keys, bounded depth and number of values, numbers within ±(2^53−1), text
 * that can be written back. Binding alone would miss what a lenient route keeps as it came, such as metadata. Whole
 * numbers leave it as integers: see {@link NumberSpelling}.
 *
 * <p>In a body that brings many things at once ({@link BulkRequest}), what is wrong with one item is that item's problem:
 * the item is put out of the body and its {@link Fault} stands in the result. What is not JSON at all, and what is wrong
 * around the items, refuses the whole body.
 */
public final class JsonCheck {

    /** How deep an item may be nested until the whole body is refused; the parser keeps a context for each level. */
    private static final int MAX_ITEM_DEPTH = 10_000;

    /** Longer names are refused; it is also what the parser that binds takes. */
    private static final int MAX_NAME_LENGTH = StreamReadConstraints.DEFAULT_MAX_NAME_LEN;

    /** Limits are checked here, so that a value beyond them does not end the parsing of what is around it. */
    private static final JsonFactory FACTORY = JsonFactory.builder()
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(MAX_ITEM_DEPTH)
                    .maxNumberLength(Integer.MAX_VALUE)
                    .maxNameLength(Integer.MAX_VALUE)
                    .build())
            .build();

    private static final String EMPTY_OBJECT = "{}";

    /** Where the items of a body are nested: in an array that is a field of the outermost object. */
    private static final int ITEM_DEPTH = 2;

    private final String text;
    private final int mostValues;
    private final boolean many;
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

    private JsonCheck(String text, int mostValues, boolean many) {
        this.text = text;
        this.mostValues = mostValues;
        this.many = many;
    }

    /** A body that may be bound, and the items that were put out of it: {@code null} stands in their places. */
    record Checked(String body, List<Fault> faults) {}

    /**
     * An item that cannot be read.
     *
     * @param list the field whose array it is in
     * @param index its place there, from 0
     * @param problem what is wrong with it
     * @param texts its fields that are text, so far as they could be read: what it may be known by
     */
    public record Fault(String list, int index, Problem problem, Map<String, String> texts) {}

    /** The item that the parser is in. */
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
     * The body as it is to be bound: itself with whole numbers as integers, or an empty object for the empty array that
     * Luau sends in its place.
     *
     * @throws ProblemException 400, naming the field where there is one
     */
    static byte[] checked(byte[] body) {
        JsonCheck check = new JsonCheck(text(body), JsonLimits.MAX_VALUES, false);
        String checked = check.run();
        return check.changed ? checked.getBytes(StandardCharsets.UTF_8) : body;
    }

    /**
     * The same for a body that brings many things at once.
     *
     * @throws ProblemException 400, if the body is wrong other than in its items
     */
    static Checked checkedItems(byte[] body) {
        JsonCheck check = new JsonCheck(text(body), JsonLimits.MAX_VALUES_OF_MANY, true);
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
            throw JsonProblems.rejected(null, "The body is not valid UTF-8.");
        }
    }

    /** Whether the one value of the body is an empty array. */
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
                    throw JsonProblems.rejected(JsonProblems.path(parser), "The body ends before its JSON value is complete.");
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

    /** One token further: keeps the depth and the item that the parser is in, and checks what the token brings. */
    private void step(JsonParser parser, JsonToken token, JsonToken first) throws IOException {
        if (many && first == JsonToken.START_OBJECT && depth == ITEM_DEPTH - 1 && token == JsonToken.START_ARRAY) {
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
            keepText(parser, item);
        }
        if (item != null && list != null && depth == ITEM_DEPTH) {
            endItem(parser, list, item);
        } else if (depth < ITEM_DEPTH) {
            list = null;
        }
    }

    /** Keeps a field of an item that is text and may be an id. */
    private static void keepText(JsonParser parser, Item item) throws IOException {
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
            // What was replaced in the item goes with it.
            edited.setLength(ended.edited);
            copied = ended.copied;
            replace(ended.start, (int) parser.currentLocation().getCharOffset(), "null");
        }
        index++;
        checkValues(parser);
    }

    /** Puts text in the place of some of the body; places are replaced in their order. */
    private void replace(int from, int to, String by) {
        edited.append(text, copied, from).append(by);
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
            throw JsonProblems.rejected(JsonProblems.path(parser), "An item has more than " + JsonLimits.MAX_VALUES + " values.");
        }
    }

    private void checkValues(JsonParser parser) {
        if (values > mostValues) {
            throw JsonProblems.rejected(JsonProblems.path(parser), "The body has more than " + mostValues + " values.");
        }
    }

    private void checkToken(JsonParser parser, JsonToken token) throws IOException {
        if (token == JsonToken.VALUE_NUMBER_INT || token == JsonToken.VALUE_NUMBER_FLOAT) {
            String written = parser.getText();
            NumberSpelling.Spelled number = NumberSpelling.read(written);
            if (number.refusal() != null) {
                throw JsonProblems.rejected(JsonProblems.path(parser), number.refusal());
            }
            if (!number.plain().equals(written)) {
                replace(offset(parser), offset(parser) + written.length(), number.plain());
            }
        } else if (token == JsonToken.VALUE_STRING || token == JsonToken.FIELD_NAME) {
            if (hasUnpairedSurrogate(parser.getText())) {
                throw JsonProblems.rejected(JsonProblems.path(parser), "A string contains an unpaired surrogate, which UTF-8 cannot encode.");
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
