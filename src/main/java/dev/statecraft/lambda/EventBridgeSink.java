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
import software.amazon.awssdk.http.apache.ApacheHttpClient;
import software.amazon.awssdk.services.eventbridge.EventBridgeClient;
import software.amazon.awssdk.services.eventbridge.model.PutEventsRequestEntry;
import software.amazon.awssdk.services.eventbridge.model.PutEventsResultEntry;

/**
 * Puts events on an EventBridge bus. The source is {@code statecraft}, the detail type is the type of the event, and
 * {@code infra/event-schema.json} describes the detail. Without a configured bus, as in dev mode, events are discarded;
 * the event feed contains them in any case.
 */
@ApplicationScoped
public class EventBridgeSink implements EventSink {

    private static final Logger LOG = Logger.getLogger(EventBridgeSink.class);

    /** Maximum number of entries in one PutEvents. */
    private static final int MAX_ENTRIES = 10;

    /** Maximum number of characters in one PutEvents: its limit is 256 KB, and a character has up to three bytes. */
    private static final int MAX_CHARACTERS = 80_000;

    private final @Nullable String bus;
    private @Nullable EventBridgeClient client;

    /** A sink that connects when it puts the first event. */
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
        int accepted = 0;
        while (accepted < events.size()) {
            List<PutEventsRequestEntry> entries = new ArrayList<>();
            int characters = 0;
            for (Event event : events.subList(accepted, Math.min(events.size(), accepted + MAX_ENTRIES))) {
                String detail = detail(game, event);
                characters += detail.length();
                if (!entries.isEmpty() && characters > MAX_CHARACTERS) {
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
            accepted += more;
            if (more < entries.size()) {
                return accepted;
            }
        }
        return accepted;
    }

    private int put(List<PutEventsRequestEntry> entries) {
        try {
            List<PutEventsResultEntry> results =
                    client().putEvents(request -> request.entries(entries)).entries();
            for (int i = 0; i < results.size(); i++) {
                if (results.get(i).errorCode() != null) {
                    LOG.warnf(
                            "The event bus rejected an event: code=%s",
                            results.get(i).errorCode());
                    return i;
                }
            }
            return results.size();
        } catch (SdkException e) {
            LOG.warn("The event bus cannot be reached", e);
            return 0;
        }
    }

    private synchronized EventBridgeClient client() {
        EventBridgeClient open = client;
        if (open == null) {
            open = EventBridgeClient.builder()
                    .httpClientBuilder(ApacheHttpClient.builder())
                    .build();
            client = open;
        }
        return open;
    }

    private String detail(String game, Event event) {
        return event.toJson().put("game", game).toString();
    }
}
