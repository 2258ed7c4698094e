package dev.statecraft.http.json;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonStreamContext;
import dev.statecraft.http.Problem;
import dev.statecraft.http.ProblemException;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/** Problems of the JSON of a request body, and the position in the body that they name. */
final class JsonProblems {

    private JsonProblems() {}

    /** The current position of a parser, such as {@code scores[3].value}; null at the root. */
    static @Nullable String path(JsonParser parser) {
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

    /** Detail of a body that violates the grammar of JSON at a line and column, both counted from 1. */
    static String notJson(String reason, int line, int column) {
        return "The body is not valid JSON: %s (line %d, column %d).".formatted(reason, line, column);
    }

    /** 400 for a body that is nested deeper than {@link JsonLimits#MAX_DEPTH} at the position of the parser. */
    static ProblemException tooDeep(JsonParser parser) {
        return rejected(path(parser), "The body is nested deeper than " + JsonLimits.MAX_DEPTH + " levels.");
    }

    /** 400 with a detail and the field; null if the problem concerns the whole body. */
    static ProblemException rejected(@Nullable String field, String detail) {
        return new ProblemException(Problem.badRequest(field, detail));
    }
}
