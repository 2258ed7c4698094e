package dev.statecraft.integration.monitoring;

import dev.statecraft.integration.event.IntegrationConfig;
import dev.statecraft.runtime.Ticker;
import dev.statecraft.table.TableStates;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Map;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.HealthCheckResponseBuilder;
import org.eclipse.microprofile.health.Readiness;
import org.jspecify.annotations.Nullable;

/**
 * Readiness check: UP if every table is reachable and ACTIVE. The result is cached, so frequent probes cause few
 * DynamoDB calls.
 */
@Readiness
@ApplicationScoped
public class TablesReadiness implements HealthCheck {

    private static final String ACTIVE = "ACTIVE";

    private final TableStates tables;
    private final IntegrationConfig config;
    private final Ticker ticker;
    private volatile @Nullable Cached cached;

    TablesReadiness(TableStates tables, IntegrationConfig config, Ticker ticker) {
        this.tables = tables;
        this.config = config;
        this.ticker = ticker;
    }

    private record Cached(Map<String, String> states, long readAtNanos) {}

    @Override
    public HealthCheckResponse call() {
        Cached last = cached;
        if (last == null
                || ticker.nanos() - last.readAtNanos()
                        > config.readiness().cache().toNanos()) {
            last = new Cached(tables.read(config.readiness().timeout()), ticker.nanos());
            cached = last;
        }
        HealthCheckResponseBuilder answer = HealthCheckResponse.named("tables");
        boolean ready = last.states().values().stream().allMatch(ACTIVE::equals);
        // Only unavailable tables are reported.
        last.states().forEach((table, state) -> {
            if (!state.equals(ACTIVE)) {
                answer.withData(table, state);
            }
        });
        return answer.status(ready).build();
    }
}
