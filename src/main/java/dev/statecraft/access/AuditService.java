package dev.statecraft.access;

import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.util.UUID;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** Keeps the audit trail of each game: every administrative change that was asked for, whatever came of it. */
@ApplicationScoped
public class AuditService {

    private static final Logger LOG = Logger.getLogger(AuditService.class);

    private final AuditStore store;
    private final Clock clock;

    AuditService(AuditStore store, Clock clock) {
        this.store = store;
        this.clock = clock;
    }

    /**
     * Takes down what a caller has asked for. The change is made by now and cannot be taken back, so where the record cannot
     * be written it goes to the log, as an error, with all that it says.
     */
    public void note(Caller caller, String action, String method, String target, int status) {
        AuditRecord record =
                new AuditRecord(clock.instant(), caller.name(), caller.keyId(), action, method, target, status);
        try {
            store.add(caller.game(), record, UUID.randomUUID().toString().substring(0, 8));
        } catch (RuntimeException e) {
            LOG.errorf(e, "audit record was not kept: game=%s record=%s", caller.game(), record);
        }
    }

    /** Some records of a game, the newest first, those behind one if it is given. */
    AuditStore.Page newest(String game, @Nullable String before, int limit) {
        return store.newest(game, before, limit);
    }
}
