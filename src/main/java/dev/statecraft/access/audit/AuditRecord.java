package dev.statecraft.access.audit;

import java.time.Instant;

/**
 * One administrative request.
 *
 * @param at time of the response
 * @param by name of the caller; {@code player} for any player
 * @param keyId API key of the caller, or from which the caller's token was created
 * @param action operation id in the OpenAPI document
 * @param method HTTP method
 * @param target path of the created resource, otherwise the path of the request; without player ids
 * @param status HTTP status of the response
 */
public record AuditRecord(
        Instant at, String by, String keyId, String action, String method, String target, int status) {}
