/**
 * Databases, sockets, time and measurements of benchmarks. The system property {@code latency} selects them: {@code none},
 * the default, is DynamoDB Local as fast as this computer is. {@code aws} is the model in memory with the latencies of
 * {@link dev.statecraft.testing.fault.LatencyProfile}, in virtual time: the results contain the latencies and no computing
 * time, count capacity by the rules of AWS, and are the same on every computer.
 */
@NullMarked
package dev.statecraft.testing.bench;

import org.jspecify.annotations.NullMarked;
