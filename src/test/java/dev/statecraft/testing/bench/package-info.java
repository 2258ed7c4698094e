/**
 * Databases, sockets and measurements of benchmarks. The system property {@code latency} selects the database: {@code
 * none}, the default, is DynamoDB Local as fast as it is; {@code aws} is the model in memory, which has no duration of its
 * own and counts capacity by the rules of AWS, with the latencies of {@link dev.statecraft.testing.fault.LatencyProfile}.
 */
@NullMarked
package dev.statecraft.testing.bench;

import org.jspecify.annotations.NullMarked;
