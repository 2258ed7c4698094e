package dev.statecraft.integration;

import dev.statecraft.table.ItemChange;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import java.util.Optional;
import org.jboss.logging.Logger;

/** Puts the events of the feed on the bus, chunk by chunk, in the order of the feed. */
@ApplicationScoped
public class BusService {

    private static final Logger LOG = Logger.getLogger(BusService.class);

    private final EventSink sink;

    BusService(EventSink sink) {
        this.sink = sink;
    }

    /**
     * Puts the events of a batch of the events table's stream on the bus. Consumers may get an event twice and know it by
     * its id.
     *
     * @return nothing if all are there; otherwise the sequence number of the first record to deliver again
     */
    public Optional<String> publish(List<ItemChange> batch) {
        for (ItemChange change : batch) {
            if (!isTaken(change)) {
                return Optional.of(change.sequence());
            }
        }
        return Optional.empty();
    }

    private boolean isTaken(ItemChange change) {
        Optional<FeedStore.Appended> appended;
        try {
            appended = FeedStore.appended(change);
        } catch (RuntimeException e) {
            LOG.warnf(e, "record %s of the feed cannot be read", change.sequence());
            return false;
        }
        List<Event> events = appended.map(FeedStore.Appended::events).orElse(List.of());
        int taken = events.isEmpty() ? 0 : sink.put(appended.get().game(), events);
        if (taken < events.size()) {
            LOG.warnf(
                    "%d events from %s were not taken",
                    events.size() - taken, events.get(taken).id());
        }
        return taken == events.size();
    }
}
