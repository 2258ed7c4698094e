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

    private static final String PLAYER = "player";

    private final AuditStore store;
    private final Clock clock;

    AuditService(AuditStore store, Clock clock) {
        this.store = store;
        this.clock = clock;
    }

    /**
     * Takes down in the trail of a game what a caller of another game has asked for there; it is in the caller's own as
     * well.
     */
    void noteIn(String game, Caller caller, String action, String method, String target, int status) {
        if (!game.equals(caller.game())) {
            note(
                    new Caller(game, caller.name(), caller.keyId(), caller.byToken(), caller.scopes(), null),
                    action,
                    method,
                    target,
                    status);
        }
    }

    /**
     * Takes down what a caller has asked for. The change is made by now and cannot be taken back, so where the record cannot
     * be written it goes to the log, as an error, with all that it says.
     */
    public void note(Caller caller, String action, String method, String target, int status) {
        // The records outlive players that are erased.
        String by = caller.playerId() == null ? caller.name() : PLAYER;
        AuditRecord record = new AuditRecord(clock.instant(), by, caller.keyId(), action, method, target, status);
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
