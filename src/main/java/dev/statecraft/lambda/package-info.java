/** The named Lambda handlers, and the adapters to API Gateway, EventBridge, Step Functions and CloudWatch. */
@NullMarked
package dev.statecraft.lambda;

import org.jspecify.annotations.NullMarked;
