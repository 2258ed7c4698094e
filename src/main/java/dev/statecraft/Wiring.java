package dev.statecraft;

import com.dashjoin.jsonata.Functions;
import io.quarkus.runtime.annotations.RegisterForReflection;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Produces;
import java.time.Clock;

/**
 * The few beans that are not a class of ours, and what a native executable is told of libraries that do not say it
 * themselves: the expression language finds its functions by their names.
 */
@RegisterForReflection(targets = Functions.class)
class Wiring {

    /** Time, as a parameter of everything that asks for it. */
    @Produces
    @ApplicationScoped
    Clock clock() {
        return Clock.systemUTC();
    }
}
