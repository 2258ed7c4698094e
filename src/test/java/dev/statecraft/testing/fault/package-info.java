/**
 * Faults and latencies between the application and DynamoDB. {@link dev.statecraft.testing.fault.FaultyDynamo} is the SDK
 * interceptor for every test that needs a failed, slow or interleaved call. A test either names the call that fails, or
 * sets a {@link dev.statecraft.testing.fault.FaultPlan} of probabilities and a seed. A
 * {@link dev.statecraft.testing.fault.LatencyProfile} delays calls as in an AWS region, and a
 * {@link dev.statecraft.testing.fault.CallTrace} records them.
 */
@NullMarked
package dev.statecraft.testing.fault;

import org.jspecify.annotations.NullMarked;
