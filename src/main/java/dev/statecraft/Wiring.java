package dev.statecraft;

import dev.statecraft.runtime.Threads;
import dev.statecraft.runtime.Ticker;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.random.RandomGenerator;

/** Beans of classes that do not belong to this project, and of the process: time, chance and threads. */
class Wiring {

    /** The clock that classes inject instead of reading the system time. */
    @Produces
    @ApplicationScoped
    Clock clock() {
        return Clock.systemUTC();
    }

    @Produces
    @Singleton
    Ticker ticker() {
        return Ticker.system();
    }

    @Produces
    @Singleton
    Threads threads() {
        return Threads.system();
    }

    /** Secure, because ids and keys that nobody may guess are made of it. */
    @Produces
    @Singleton
    RandomGenerator random() {
        return new SecureRandom();
    }
}
