package dev.statecraft.testing;

import dev.statecraft.runtime.Threads;
import dev.statecraft.runtime.Ticker;
import dev.statecraft.table.Backoff;
import dev.statecraft.table.Batches;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.random.RandomGenerator;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;

/** What one instance of the application has of its process: time, chance and threads. */
public record Machine(Clock clock, Ticker ticker, RandomGenerator random, Threads threads) {

    /** Pauses of this machine. */
    public Backoff backoff() {
        return new Backoff(ticker, random);
    }

    /** Batches that pause on this machine. */
    public Batches batches(DynamoDbClient dynamo) {
        return new Batches(dynamo, backoff());
    }

    /** The machine on which the tests run. */
    public static Machine real() {
        return real(Clock.systemUTC());
    }

    /** The machine on which the tests run, with another time of day. */
    public static Machine real(Clock clock) {
        return new Machine(clock, Ticker.system(), new SecureRandom(), Threads.system());
    }
}
