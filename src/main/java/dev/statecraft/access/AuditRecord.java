package dev.statecraft.access;

import java.time.Instant;

/**
 * Who did what, to what, and what came of it.
 *
 * @param at when it was answered
 * @param by what the caller is called; {@code player} for any player
 * @param keyId the key it came with, or which its token was made from
 * @param action what it asked for, by the name that the OpenAPI document has for it
 * @param method the HTTP method
 * @param target the path of what was made, or else the path that it was asked for, without the names of players
 * @param status what it was answered
 */
public record AuditRecord(
        Instant at, String by, String keyId, String action, String method, String target, int status) {}
