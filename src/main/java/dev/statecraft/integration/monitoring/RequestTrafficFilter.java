package dev.statecraft.integration.monitoring;

import dev.statecraft.access.CurrentCaller;
import dev.statecraft.runtime.Ticker;
import io.vertx.core.Context;
import jakarta.annotation.Priority;
import jakarta.inject.Inject;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.container.ContainerRequestFilter;
import jakarta.ws.rs.container.ContainerResponseContext;
import jakarta.ws.rs.container.ContainerResponseFilter;
import jakarta.ws.rs.container.PreMatching;
import jakarta.ws.rs.ext.Provider;
import java.util.concurrent.TimeUnit;

/** Records the count and the latency of authenticated requests. */
@Provider
@PreMatching
@Priority(1)
public class RequestTrafficFilter implements ContainerRequestFilter, ContainerResponseFilter {

    private static final String STARTED = "statecraft.started";

    private final MonitoringService monitoring;
    private final CurrentCaller caller;
    private final Ticker ticker;

    @Inject
    public RequestTrafficFilter(MonitoringService monitoring, CurrentCaller caller, Ticker ticker) {
        this.monitoring = monitoring;
        this.caller = caller;
        this.ticker = ticker;
    }

    @Override
    public void filter(ContainerRequestContext request) {
        request.setProperty(STARTED, ticker.nanos());
    }

    @Override
    public void filter(ContainerRequestContext request, ContainerResponseContext response) {
        if (request.getProperty(STARTED) instanceof Long started) {
            long millis = TimeUnit.NANOSECONDS.toMillis(ticker.nanos() - started);
            caller.known()
                    .ifPresent(known -> monitoring.countRequest(
                            known.game(), response.getStatus(), millis, !Context.isOnEventLoopThread()));
        }
    }
}
