/** The Idempotency-Key header: a request that is repeated with its key gets the first response. */
@NullMarked
package dev.statecraft.access.idempotency;

import org.jspecify.annotations.NullMarked;
