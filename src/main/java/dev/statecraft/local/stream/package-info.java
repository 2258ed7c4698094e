/**
 * Delivers the records of DynamoDB Streams to the functions of dev mode and tests. {@code StreamPump} runs one {@code
 * StreamConsumer} per event source mapping; {@code StreamDelivery} applies Lambda's rules for retries.
 */
@NullMarked
package dev.statecraft.local.stream;

import org.jspecify.annotations.NullMarked;
