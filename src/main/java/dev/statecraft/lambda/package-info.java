/**
 * The named Lambda handlers, which receive API Gateway requests, socket frames, stream batches, schedules and migration
 * steps; and the adapters to API Gateway, EventBridge and its Scheduler, Step Functions and CloudWatch; and {@code
 * Priming}, which prepares the first event of a function at its start. No other package uses this one.
 */
@NullMarked
package dev.statecraft.lambda;

import org.jspecify.annotations.NullMarked;
