package dev.statecraft;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Produces;
import java.time.Clock;

/** The few beans that are not a class of ours. */
class Wiring {

    /** Time, as a parameter of everything that asks for it. */
    @Produces
    @ApplicationScoped
    Clock clock() {
        return Clock.systemUTC();
    }
}
