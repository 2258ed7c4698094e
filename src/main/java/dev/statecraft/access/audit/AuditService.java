package dev.statecraft.access.audit;

import dev.statecraft.access.Caller;
import dev.statecraft.runtime.RandomUuid;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.util.random.RandomGenerator;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** The audit trail of each game: every administrative request, whether it succeeded or not. */
@ApplicationScoped
public class AuditService {

    private static final Logger LOG = Logger.getLogger(AuditService.class);

    private static final String PLAYER = "player";

    private final AuditStore store;
    private final Clock clock;
    private final RandomGenerator random;

    AuditService(AuditStore store, Clock clock, RandomGenerator random) {
        this.store = store;
        this.clock = clock;
        this.random = random;
    }

    /**
     * Records a request of a caller from another game in the audit trail of the affected game. The trail of the
     * caller's own game records the request as well. Does nothing if both games are the same.
     */
    public void recordIn(String game, Caller caller, String action, String method, String target, int status) {
        if (!game.equals(caller.game())) {
            record(
                    new Caller(game, caller.name(), caller.keyId(), caller.byToken(), caller.scopes(), null),
                    action,
                    method,
                    target,
                    status);
        }
    }

    /**
     * Records a request of a caller. The change is already made and cannot be rolled back, so a record that cannot be
     * written is logged as an error with all its fields. Cost: 1 WCU.
     */
    public void record(Caller caller, String action, String method, String target, int status) {
        // Audit records outlive the erasure of a player.
        String by = caller.playerId() == null ? caller.name() : PLAYER;
        AuditRecord record = new AuditRecord(clock.instant(), by, caller.keyId(), action, method, target, status);
        try {
            store.add(caller.game(), record, RandomUuid.next(random).substring(0, 8));
        } catch (RuntimeException e) {
            LOG.errorf(e, "Audit record could not be written: game=%s record=%s", caller.game(), record);
        }
    }

    /** A page of the records of a game, newest first; after the position {@code before}, unless it is null. */
    AuditStore.Page newest(String game, @Nullable String before, int limit) {
        return store.newest(game, before, limit);
    }
}
