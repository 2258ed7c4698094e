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
            Optional<FeedStore.Appended> appended = FeedStore.appended(change);
            if (appended.isEmpty()) {
                continue;
            }
            List<Event> events = appended.get().events();
            int taken = sink.put(appended.get().game(), events);
            if (taken < events.size()) {
                LOG.warnf(
                        "%d events from %s were not taken",
                        events.size() - taken, events.get(taken).id());
                return Optional.of(change.sequence());
            }
        }
        return Optional.empty();
    }
}
