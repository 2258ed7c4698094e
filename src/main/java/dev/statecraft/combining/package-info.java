/**
 * Combined writes: many instances write the same items, and each transaction carries the requests of many.
 *
 * <p>DynamoDB cancels a transaction whose items another one is writing. Instances that each write the head of the same
 * space spend their time on lost races: throughput stays at one request for each transaction, and cancelled transactions
 * are billed. Here the instance of the oldest request decides all waiting requests and writes them in one transaction.
 *
 * <p>Promises:
 *
 * <ul>
 *   <li>A request is done at most once, also if instances stop, several combine at a time, or an intent is sent twice: the
 *       transaction that does it also stores its outcome, on the condition that no other writer has replaced the state of
 *       the queue.
 *   <li>An instance that finds its outcome knows exactly what happened. An instance that gives up withdraws its request
 *       first, so that nobody does it later.
 *   <li>If the instance that is first stops, another one continues after {@code takeover-after}.
 * </ul>
 *
 * <p>Parts, in the order to read them:
 *
 * <ol>
 *   <li>{@link dev.statecraft.combining.CombiningQueue}: submits a request, or waits for a turn.
 *   <li>{@link dev.statecraft.combining.Round}: what the owner of the items implements: decide and write.
 *   <li>{@link dev.statecraft.combining.Intent} and {@code QueueState}: a request, and which requests are done. {@code
 *       WaitingIntent} decides who combines; {@code QueueTime} when outcomes are forgotten.
 *   <li>{@link dev.statecraft.combining.IntentStore}: the items.
 *   <li>{@code BusyQueues}: where this instance recently met other writers.
 * </ol>
 */
@NullMarked
package dev.statecraft.combining;

import org.jspecify.annotations.NullMarked;
