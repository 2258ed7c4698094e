/**
 * The test bed: a database in memory that behaves as DynamoDB does on a bad day, and a simulation that decides by a seed
 * everything that is left to chance in production.
 *
 * <h2>Why</h2>
 *
 * <p>DynamoDB Local executes one request at a time, at once and without a failure. It shows no transaction that meets
 * another one, no stale read, no lagging index, no throttling, no split shard and no latency. The faults of a system on
 * DynamoDB are exactly there. FoundationDB, TigerBeetle and the storage nodes of S3 are tested the same way: the real
 * code runs on a simulated world, thousands of times, and a failure is a number that repeats it.
 *
 * <h2>Parts</h2>
 *
 * <ul>
 *   <li>{@code dynamo}: {@code ModelDynamo}, a model of the operations and expressions that the stores use. Every other
 *       form is an error, so the model cannot be wrong silently about something new.
 *   <li>{@code contract}: one suite that holds the model, DynamoDB Local, LocalStack and DynamoDB itself to the same
 *       behavior, and a fuzz that compares the model with DynamoDB Local request by request. What differs by design is a
 *       named capability.
 *   <li>{@code wire}: the model served over DynamoDB's protocol, for tests of the running application.
 *   <li>{@code fault}: {@code FaultyDynamo}, the one interceptor for injected faults, latencies and traces.
 *   <li>{@code simulation}: virtual instances, callers, streams and schedules on a scheduler that runs one thread at a time.
 *   <li>{@code workload}: what the users of a feature do in a simulation, and what must hold afterwards.
 *   <li>{@code history}: checkers of recorded histories, each tested on good and bad ones.
 *   <li>{@code console}: the output of a build.
 * </ul>
 *
 * <h2>How chance is decided</h2>
 *
 * <p>Production code reads time, chance, locks and threads only from {@code dev.statecraft.runtime}, a {@code Clock} and a
 * {@code RandomGenerator}; {@code DeterminismTest} holds that. A simulation passes its own. A task gives way at each
 * request to the database, each lock, each wait and each pause; the seed chooses the next one. Time is a number that
 * moves to the first deadline when every task waits. An instance dies with all its threads at such a point; what the
 * database has begun for it takes effect completely or not at all.
 *
 * <h2>What it cannot find</h2>
 *
 * <p>Races between two points, where no request, lock or wait lies between: those are for the tests with {@code
 * ThreadInterleavings}. Behavior of DynamoDB that neither its documentation nor DynamoDB Local shows.
 */
@NullMarked
package dev.statecraft.testing;

import org.jspecify.annotations.NullMarked;
