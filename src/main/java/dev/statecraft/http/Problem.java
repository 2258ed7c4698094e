package dev.statecraft.http;

import com.fasterxml.jackson.annotation.JsonAnyGetter;
import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Why a request was not done, as RFC 9457 has it. Every error of the API goes out as one of these, with the media type
 * {@value #MEDIA_TYPE}.
 *
 * @param type a relative URI such as {@code /problems/board-not-found}; stable, clients switch on it
 * @param title what this type of problem is, the same for every occurrence
 * @param status the HTTP status it goes out with
 * @param detail what happened this time, for a person to read
 * @param instance the path of the request; filled in where the problem goes out
 * @param field the offending field of the body ({@code scores[3].value}) or the offending parameter
 * @param retryAfterSeconds goes out as the header {@code Retry-After}, not in the body
 * @param more further members, written beside the standard ones
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
@JsonPropertyOrder({"type", "title", "status", "detail", "instance", "field"})
public record Problem(
        String type,
        String title,
        int status,
        @Nullable String detail,
        @Nullable String instance,
        @Nullable String field,
        @JsonIgnore @Nullable Integer retryAfterSeconds,
        @JsonIgnore Map<String, Object> more) {

    public static final String MEDIA_TYPE = "application/problem+json";

    /** Copies {@code more}, in its order. */
    public Problem {
        more = Collections.unmodifiableMap(new LinkedHashMap<>(more));
    }

    /** A problem of any type, without further members. {@code type} is the last part of the URI. */
    public static Problem of(int status, String type, String title, @Nullable String detail) {
        return new Problem("/problems/" + type, title, status, detail, null, null, null, Map.of());
    }

    /** 400: the request is malformed at {@code field}; null when no single field is to blame. */
    public static Problem badRequest(@Nullable String field, String detail) {
        return of(400, "bad-request", "The request is malformed", detail).withField(field);
    }

    /** 401: no key, or one that is not known. */
    public static Problem unauthorized(String detail) {
        return of(401, "unauthorized", "Missing or invalid credential", detail);
    }

    /** 403: the key is known but does not allow this. */
    public static Problem forbidden(String detail) {
        return of(403, "forbidden", "Insufficient permissions", detail);
    }

    /** 404, for a thing of its own type, such as {@code board-not-found}. */
    public static Problem notFound(String type, String title, @Nullable String detail) {
        return of(404, type, title, detail);
    }

    /** 404: no such route. */
    public static Problem routeNotFound() {
        return of(404, "route-not-found", "Route not found", null);
    }

    /** 409: the request does not fit what is there; add what is there as {@code current}. */
    public static Problem conflict(String type, String title, @Nullable String detail) {
        return of(409, type, title, detail);
    }

    /** 412: a precondition of the request, such as {@code If-Match}, no longer holds. */
    public static Problem preconditionFailed(String detail) {
        return of(412, "precondition-failed", "The precondition no longer holds", detail);
    }

    /** 413: the body, once decompressed, is longer than it may be. */
    public static Problem tooLarge(long limitBytes) {
        return of(413, "body-too-large", "The body is too large", "A body has at most " + limitBytes + " bytes.");
    }

    /** 422: well-formed, and still not possible, such as the same id with another body. */
    public static Problem unprocessable(String type, String title, @Nullable String detail) {
        return of(422, type, title, detail);
    }

    /** 422: an id, or an {@code Idempotency-Key}, was sent with another body before; {@code field} is the one that holds it. */
    public static Problem idReused(String field) {
        return unprocessable(
                        "id-reused",
                        "The id was already used with a different body",
                        "An earlier request sent the same id with a different body. Use a new id for a new request.")
                .withField(field);
    }

    /** 429: the caller is to slow down. */
    public static Problem tooManyRequests(int retryAfterSeconds, String detail) {
        return of(429, "too-many-requests", "Too many requests", detail).withRetryAfter(retryAfterSeconds);
    }

    /** 500: our fault; {@code incident} is the id of the log line that says more. */
    public static Problem internal(String incident) {
        return of(500, "internal", "Internal error", null).with("incident", incident);
    }

    /** 503: try again, nothing is wrong with the request. */
    public static Problem unavailable(int retryAfterSeconds) {
        return of(503, "unavailable", "Temporarily unavailable, retry", "Retry the same request.")
                .withRetryAfter(retryAfterSeconds);
    }

    /** The same problem, naming the field. */
    public Problem withField(@Nullable String field) {
        return new Problem(type, title, status, detail, instance, field, retryAfterSeconds, more);
    }

    /** The same problem, as it happened to a request for this path. */
    public Problem withInstance(@Nullable String path) {
        return new Problem(type, title, status, detail, path, field, retryAfterSeconds, more);
    }

    /** The same problem, saying when to try again. */
    public Problem withRetryAfter(int seconds) {
        return new Problem(type, title, status, detail, instance, field, seconds, more);
    }

    /** The same problem with one member more, such as {@code current}. */
    public Problem with(String member, Object value) {
        Map<String, Object> members = new LinkedHashMap<>(more);
        members.put(member, value);
        return new Problem(type, title, status, detail, instance, field, retryAfterSeconds, members);
    }

    /** The further members, for Jackson to write beside the standard ones. */
    @JsonAnyGetter
    Map<String, Object> members() {
        return more;
    }
}
