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
 * A problem details object (RFC 9457): the body of every error response, with the media type {@value #MEDIA_TYPE}.
 *
 * @param type relative URI such as {@code /problems/board-not-found}; stable, clients distinguish problems by it
 * @param title summary of the problem type, the same for every occurrence
 * @param status HTTP status of the response
 * @param detail human-readable explanation of this occurrence
 * @param instance path of the request; set when the response is written
 * @param field the invalid field of the body ({@code scores[3].value}) or the invalid parameter
 * @param retryAfterSeconds value of the header {@code Retry-After}; not part of the body
 * @param more additional members of the body
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

    /** Copies the additional members in their order. */
    public Problem {
        more = Collections.unmodifiableMap(new LinkedHashMap<>(more));
    }

    /** A problem without additional members. {@code type} is the last segment of the URI. */
    public static Problem of(int status, String type, String title, @Nullable String detail) {
        return new Problem("/problems/" + type, title, status, detail, null, null, null, Map.of());
    }

    /** 400: the request is malformed. {@code field} is null if the problem does not concern a single field. */
    public static Problem badRequest(@Nullable String field, String detail) {
        return of(400, "bad-request", "The request is malformed", detail).withField(field);
    }

    /** 401: the credential is missing or invalid. */
    public static Problem unauthorized(String detail) {
        return of(401, "unauthorized", "Missing or invalid credential", detail);
    }

    /** 403: the credential is valid but does not permit the request. */
    public static Problem forbidden(String detail) {
        return of(403, "forbidden", "Insufficient permissions", detail);
    }

    /** 404: a resource does not exist; its kind is part of the type, such as {@code board-not-found}. */
    public static Problem notFound(String type, String title, @Nullable String detail) {
        return of(404, type, title, detail);
    }

    /** 404: the route does not exist. */
    public static Problem routeNotFound() {
        return of(404, "route-not-found", "Route not found", null);
    }

    /** 409: the request conflicts with the current state; callers add that state as the member {@code current}. */
    public static Problem conflict(String type, String title, @Nullable String detail) {
        return of(409, type, title, detail);
    }

    /** 412: a precondition of the request, such as {@code If-Match}, does not hold. */
    public static Problem preconditionFailed(String detail) {
        return of(412, "precondition-failed", "The precondition no longer holds", detail);
    }

    /** 413: the decompressed body exceeds the limit. */
    public static Problem tooLarge(long limitBytes) {
        return of(413, "body-too-large", "The body is too large", "A body has at most " + limitBytes + " bytes.");
    }

    /** 422: the request is well-formed but cannot be processed. */
    public static Problem unprocessable(String type, String title, @Nullable String detail) {
        return of(422, type, title, detail);
    }

    /** 422: an id or idempotency key was already used with a different body; {@code field} is its field or header. */
    public static Problem idReused(String field) {
        return unprocessable(
                        "id-reused",
                        "The id was already used with a different body",
                        "An earlier request sent the same id with a different body. Use a new id for a new request.")
                .withField(field);
    }

    /** 429: the rate limit is exceeded. */
    public static Problem tooManyRequests(int retryAfterSeconds, String detail) {
        return of(429, "too-many-requests", "Too many requests", detail).withRetryAfter(retryAfterSeconds);
    }

    /** 500: an internal error; {@code incident} is the id of its log entry. */
    public static Problem internal(String incident) {
        return of(500, "internal", "Internal error", null).with("incident", incident);
    }

    /** 503: a temporary failure; the same request may be retried. */
    public static Problem unavailable(int retryAfterSeconds) {
        return of(503, "unavailable", "Temporarily unavailable, retry", "Retry the same request.")
                .withRetryAfter(retryAfterSeconds);
    }

    /** A copy with a field. */
    public Problem withField(@Nullable String field) {
        return new Problem(type, title, status, detail, instance, field, retryAfterSeconds, more);
    }

    /** A copy with the path of the request. */
    public Problem withInstance(@Nullable String path) {
        return new Problem(type, title, status, detail, path, field, retryAfterSeconds, more);
    }

    /** A copy with the seconds to wait before a retry. */
    public Problem withRetryAfter(int seconds) {
        return new Problem(type, title, status, detail, instance, field, seconds, more);
    }

    /** A copy with an additional member, such as {@code current}. */
    public Problem with(String member, Object value) {
        Map<String, Object> members = new LinkedHashMap<>(more);
        members.put(member, value);
        return new Problem(type, title, status, detail, instance, field, retryAfterSeconds, members);
    }

    /** The additional members, which Jackson writes next to the standard ones. */
    @JsonAnyGetter
    Map<String, Object> members() {
        return more;
    }
}
