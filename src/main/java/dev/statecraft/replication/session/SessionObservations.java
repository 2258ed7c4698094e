package dev.statecraft.replication.session;

import dev.statecraft.replication.state.EntityKey;
import dev.statecraft.runtime.Ticker;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * How long this instance has seen each session without a sign of life. The time is measured by the clock of this instance
 * alone, so instances whose clocks differ do not end each other's sessions. Memory: {@code observed-sessions} entries, the
 * least recently used one is dropped first. Thread-safe.
 */
@ApplicationScoped
public class SessionObservations {

    private final Ticker ticker;
    private final int limit;
    private final Map<Observed, Sight> seen = new LinkedHashMap<>(16, 0.75f, true);

    public SessionObservations(Ticker ticker, SessionConfig config) {
        this.ticker = ticker;
        this.limit = config.observedSessions();
    }

    private record Observed(String game, EntityKey entity) {}

    private record Sight(SignOfLife sign, long sinceNanos) {}

    /**
     * A state of a session, which changes with each heartbeat and each write of the holder.
     *
     * @param renewed version of the entity that the holder wrote last; 0 if only the heartbeats were read
     */
    public record SignOfLife(long fence, long beat, long renewed) {

        /** Whether nothing happened between two states. A state without the last write compares heartbeats alone. */
        private boolean isSame(SignOfLife other) {
            return fence == other.fence
                    && beat == other.beat
                    && (renewed == other.renewed || renewed == 0 || other.renewed == 0);
        }

        /** Whether a read that is not consistent returned an earlier state. */
        private boolean isBefore(SignOfLife other) {
            return fence < other.fence || (fence == other.fence && beat < other.beat);
        }

        private SignOfLife complete(SignOfLife other) {
            return renewed == 0 ? other : this;
        }
    }

    /** Records the state of a session and returns for how many milliseconds this instance has seen it unchanged. */
    public synchronized long unchangedMillis(String game, EntityKey entity, SignOfLife sign) {
        long now = ticker.nanos();
        Observed key = new Observed(game, entity);
        Sight last = seen.get(key);
        if (last != null && sign.isBefore(last.sign())) {
            return (now - last.sinceNanos()) / 1_000_000;
        }
        if (last == null || !last.sign().isSame(sign)) {
            seen.put(key, new Sight(sign, now));
            if (seen.size() > limit) {
                seen.remove(seen.keySet().iterator().next());
            }
            return 0;
        }
        seen.put(key, new Sight(sign.complete(last.sign()), last.sinceNanos()));
        return (now - last.sinceNanos()) / 1_000_000;
    }
}
