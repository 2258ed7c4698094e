package dev.statecraft.integration;

import jakarta.enterprise.context.ApplicationScoped;
import java.util.function.BooleanSupplier;
import org.jboss.logging.Logger;

/** What ties the systems together and is due by the clock: boards catch up, tops are replicated, a point is taken. */
@ApplicationScoped
public class IntegrationUpkeepService {

    private static final Logger LOG = Logger.getLogger(IntegrationUpkeepService.class);

    private final CoordinationService coordination;
    private final MonitoringService monitoring;

    IntegrationUpkeepService(CoordinationService coordination, MonitoringService monitoring) {
        this.coordination = coordination;
        this.monitoring = monitoring;
    }

    /**
     * Does what is due in a game.
     *
     * @param timeLeft asked before each step; what is left undone is due again at the next run
     * @return how many steps were done
     */
    public int run(String game, BooleanSupplier timeLeft) {
        int done = 0;
        try {
            done += coordination.run(game, timeLeft);
        } catch (RuntimeException e) {
            // What ties the systems together is not to keep points from being taken; it is due again at the next run.
            LOG.error("coordination failed", e);
        }
        return monitoring.sample(game) ? done + 1 : done;
    }
}
