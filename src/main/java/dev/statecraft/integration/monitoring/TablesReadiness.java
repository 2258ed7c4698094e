package dev.statecraft.integration.monitoring;

import dev.statecraft.integration.event.IntegrationConfig;
import dev.statecraft.table.TableStates;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Map;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.HealthCheckResponseBuilder;
import org.eclipse.microprofile.health.Readiness;
import org.jspecify.annotations.Nullable;

/**
 * Ready are we when every table can be reached and is active. The outcome is kept for a moment, so that whoever asks all
 * the time asks DynamoDB only now and then.
 */
@Readiness
@ApplicationScoped
public class TablesReadiness implements HealthCheck {

    private static final String ACTIVE = "ACTIVE";

    private final TableStates tables;
    private final IntegrationConfig config;
    private volatile @Nullable Known known;

    TablesReadiness(TableStates tables, IntegrationConfig config) {
        this.tables = tables;
        this.config = config;
    }

    private record Known(Map<String, String> states, long readAtNanos) {}

    @Override
    public HealthCheckResponse call() {
        Known last = known;
        if (last == null
                || System.nanoTime() - last.readAtNanos()
                        > config.readiness().cache().toNanos()) {
            last = new Known(tables.read(config.readiness().timeout()), System.nanoTime());
            known = last;
        }
        HealthCheckResponseBuilder answer = HealthCheckResponse.named("tables");
        boolean ready = last.states().values().stream().allMatch(ACTIVE::equals);
        // Names of tables that are well are nobody's business.
        last.states().forEach((table, state) -> {
            if (!state.equals(ACTIVE)) {
                answer.withData(table, state);
            }
        });
        return answer.status(ready).build();
    }
}
