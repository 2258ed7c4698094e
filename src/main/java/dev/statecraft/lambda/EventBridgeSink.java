package dev.statecraft.lambda;

import dev.statecraft.integration.event.Event;
import dev.statecraft.integration.event.EventSink;
import dev.statecraft.integration.event.IntegrationConfig;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.ArrayList;
import java.util.List;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.services.eventbridge.EventBridgeClient;
import software.amazon.awssdk.services.eventbridge.model.PutEventsRequestEntry;
import software.amazon.awssdk.services.eventbridge.model.PutEventsResultEntry;

/**
 * An EventBridge bus. Source is {@code statecraft}, detail type the type of the event, detail what
 * {@code infra/event-schema.json} describes. Without a configured bus events are taken and go nowhere, as on a
 * developer's machine, where the feed is all there is.
 */
@ApplicationScoped
public class EventBridgeSink implements EventSink {

    private static final Logger LOG = Logger.getLogger(EventBridgeSink.class);

    /** Entries in one PutEvents. */
    private static final int ENTRIES = 10;

    /** Bytes in one PutEvents are 256 KB; characters of ours may take three. */
    private static final int CHARACTERS = 80_000;

    private final @Nullable String bus;
    private @Nullable EventBridgeClient client;

    /** Connects when there is something to be put. */
    @Inject
    public EventBridgeSink(IntegrationConfig config) {
        this(config, null);
    }

    EventBridgeSink(IntegrationConfig config, @Nullable EventBridgeClient client) {
        this.bus = config.bus().orElse(null);
        this.client = client;
    }

    @PreDestroy
    void close() {
        if (client != null) {
            client.close();
        }
    }

    @Override
    public int put(String game, List<Event> events) {
        if (bus == null) {
            return events.size();
        }
        int taken = 0;
        while (taken < events.size()) {
            List<PutEventsRequestEntry> entries = new ArrayList<>();
            int characters = 0;
            for (Event event : events.subList(taken, Math.min(events.size(), taken + ENTRIES))) {
                String detail = detail(game, event);
                characters += detail.length();
                if (!entries.isEmpty() && characters > CHARACTERS) {
                    break;
                }
                entries.add(PutEventsRequestEntry.builder()
                        .eventBusName(bus)
                        .source("statecraft")
                        .detailType(event.type().name())
                        .time(event.timestamp())
                        .detail(detail)
                        .build());
            }
            int more = put(entries);
            taken += more;
            if (more < entries.size()) {
                return taken;
            }
        }
        return taken;
    }

    private int put(List<PutEventsRequestEntry> entries) {
        try {
            List<PutEventsResultEntry> results =
                    client().putEvents(request -> request.entries(entries)).entries();
            for (int i = 0; i < results.size(); i++) {
                if (results.get(i).errorCode() != null) {
                    LOG.warnf("the bus refused an event: %s", results.get(i).errorCode());
                    return i;
                }
            }
            return results.size();
        } catch (SdkException e) {
            LOG.warn("the bus cannot be reached", e);
            return 0;
        }
    }

    private synchronized EventBridgeClient client() {
        EventBridgeClient open = client;
        if (open == null) {
            open = EventBridgeClient.builder()
                    .httpClientBuilder(UrlConnectionHttpClient.builder())
                    .build();
            client = open;
        }
        return open;
    }

    private String detail(String game, Event event) {
        return event.toJson().put("game", game).toString();
    }
}
