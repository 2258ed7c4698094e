/**
 * The header {@code Idempotency-Key}: a repeated request with the same key gets the response of the first one. {@code
 * IdempotentRequest} is the interface for Resources; the limits table stores the responses.
 */
@NullMarked
package dev.statecraft.access.idempotency;

import org.jspecify.annotations.NullMarked;
