/**
 * The vocabulary of authentication and authorization that Resources use: {@code Caller}, {@code Scope}, {@code
 * Requires}, {@code NoScopeRequired}, and their configuration. Each subpackage is one capability. Read {@code key}
 * (API keys), {@code signing} and {@code token} (tokens), {@code limit} (rate limits), {@code authentication} (the
 * filters), {@code audit} and {@code idempotency}, in this order.
 */
@NullMarked
package dev.statecraft.access;

import org.jspecify.annotations.NullMarked;
