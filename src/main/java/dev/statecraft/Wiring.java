package dev.statecraft;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Produces;
import java.time.Clock;

/** Beans of classes that do not belong to this project. */
class Wiring {

    /** The clock that classes inject instead of reading the system time. */
    @Produces
    @ApplicationScoped
    Clock clock() {
        return Clock.systemUTC();
    }
}
