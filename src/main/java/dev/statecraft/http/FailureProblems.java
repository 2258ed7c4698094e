package dev.statecraft.http;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.exc.InvalidDefinitionException;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import dev.statecraft.runtime.RandomUuid;
import dev.statecraft.table.TransientFailure;
import jakarta.enterprise.context.ApplicationScoped;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.Arrays;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.jboss.logging.Logger;
import org.jboss.logging.MDC;
import org.jspecify.annotations.Nullable;

/** Turns failures of requests into {@link Problem}s, for HTTP and sockets. */
@ApplicationScoped
public class FailureProblems {

    private static final Logger LOG = Logger.getLogger(FailureProblems.class);

    private static final int RETRY_AFTER_SECONDS = 1;

    private final RandomGenerator random;

    public FailureProblems(RandomGenerator random) {
        this.random = random;
    }

    /** The problem of a failure, for HTTP and sockets. Failures that the client did not cause are logged. */
    public Problem problemOf(Throwable e) {
        if (e instanceof ProblemException rejection) {
            return rejection.problem();
        }
        if (e instanceof JsonProcessingException json && !(e instanceof InvalidDefinitionException)) {
            return malformed(json);
        }
        if (TransientFailure.is(e)) {
            // The SDK has already retried, so the client must retry later.
            LOG.warn("A database request failed", e);
            return Problem.unavailable(RETRY_AFTER_SECONDS);
        }
        return Problem.internal(logged(e));
    }

    /** Logs a fault and returns the id of its log entry. */
    public String logged(@Nullable Throwable e) {
        String incident = RandomUuid.next(random);
        MDC.put("incident", incident);
        try {
            LOG.error("A request failed", e);
        } finally {
            MDC.remove("incident");
        }
        return incident;
    }

    /** The exception to throw for JSON that was not bound: a problem if it is the fault of the client. */
    public static RuntimeException rejection(JsonProcessingException e) {
        return e instanceof InvalidDefinitionException
                ? new IllegalStateException("A type cannot be read as JSON", e)
                : new ProblemException(malformed(e));
    }

    /** The problem of JSON that the client has to change. */
    public static Problem malformed(JsonProcessingException e) {
        if (e.getCause() instanceof ProblemException rejection) {
            return rejection.problem();
        }
        return Problem.badRequest(e instanceof JsonMappingException mapping ? path(mapping) : null, detail(e));
    }

    /** Path of the value that could not be bound, such as {@code scores[3].value}; null for the whole body. */
    private static @Nullable String path(JsonMappingException e) {
        StringBuilder path = new StringBuilder();
        for (JsonMappingException.Reference step : e.getPath()) {
            if (step.getFieldName() == null) {
                path.append('[').append(step.getIndex()).append(']');
            } else {
                path.append(path.isEmpty() ? "" : ".").append(step.getFieldName());
            }
        }
        return path.isEmpty() ? null : path.toString();
    }

    private static String detail(JsonProcessingException e) {
        if (e instanceof UnrecognizedPropertyException) {
            return "The field is unknown here.";
        }
        if (e instanceof MismatchedInputException mismatch && mismatch.getTargetType() != null) {
            return "The value must be " + expected(mismatch.getTargetType()) + ".";
        }
        return "The value could not be parsed.";
    }

    private static String expected(Class<?> type) {
        if (type.isEnum()) {
            return "one of "
                    + String.join(
                            ", ",
                            Arrays.stream(type.getEnumConstants())
                                    .map(Object::toString)
                                    .toList());
        }
        if (type == boolean.class || type == Boolean.class) {
            return "true or false";
        }
        if (type == int.class || type == Integer.class || type == long.class || type == Long.class) {
            return "an integer";
        }
        if (type == double.class || Number.class.isAssignableFrom(type) || type == BigDecimal.class) {
            return "a number";
        }
        if (CharSequence.class.isAssignableFrom(type)) {
            return "a string";
        }
        if (type == Instant.class) {
            return "a time such as 2026-01-31T12:00:00.000Z";
        }
        if (Iterable.class.isAssignableFrom(type) || type.isArray()) {
            return "an array";
        }
        return type.isRecord() || Map.class.isAssignableFrom(type) ? "an object" : "of a different type";
    }
}
