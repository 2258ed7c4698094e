package dev.statecraft.integration.event;

import dev.statecraft.table.ItemChange;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import java.util.Optional;
import org.jboss.logging.Logger;

/** Publishes the events of the event feed on the event bus, chunk by chunk, in the order of the event feed. */
@ApplicationScoped
public class BusService {

    private static final Logger LOG = Logger.getLogger(BusService.class);

    private final EventSink sink;

    BusService(EventSink sink) {
        this.sink = sink;
    }

    /**
     * Publishes the events of a batch of the events table's stream. Consumers may receive an event more than once and
     * recognize it by its id.
     *
     * @return sequence number of the first record that must be delivered again; empty if all events were published
     */
    public Optional<String> publish(List<ItemChange> batch) {
        for (ItemChange change : batch) {
            if (!isPublished(change)) {
                return Optional.of(change.sequence());
            }
        }
        return Optional.empty();
    }

    private boolean isPublished(ItemChange change) {
        Optional<EventFeedStore.Appended> appended;
        try {
            appended = EventFeedStore.appended(change);
        } catch (RuntimeException e) {
            LOG.warnf(e, "Unreadable event feed record: sequence %s", change.sequence());
            return false;
        }
        List<Event> events = appended.map(EventFeedStore.Appended::events).orElse(List.of());
        int accepted = events.isEmpty() ? 0 : sink.put(appended.get().game(), events);
        if (accepted < events.size()) {
            LOG.warnf(
                    "Event bus accepted only part of a chunk: %d events are retried, from event %s",
                    events.size() - accepted, events.get(accepted).id());
        }
        return accepted == events.size();
    }
}
