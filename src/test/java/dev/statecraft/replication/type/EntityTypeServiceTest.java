package dev.statecraft.replication.type;

import static dev.statecraft.replication.Realm.GAME;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.statecraft.replication.Realm;
import dev.statecraft.runtime.Threads;
import dev.statecraft.table.TransactionWrites;
import dev.statecraft.testing.Machine;
import dev.statecraft.testing.PausingTicker;
import dev.statecraft.testing.dynamo.ModelDatabase;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.core.interceptor.Context;
import software.amazon.awssdk.core.interceptor.ExecutionAttributes;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;

class EntityTypeServiceTest {

    private static final String TYPE = "PLAYER_DATA";

    private final ModelDatabase database = new ModelDatabase();
    private final Realm mover =
            new Realm(Machine.real(), database.client(), database.freshTables(), Map.of("type-cache", "0s"));
    private final PausingTicker ticker = new PausingTicker();
    private final SlowResponse slow = new SlowResponse();
    private final EntityTypeService types = new Realm(
                    new Machine(Clock.systemUTC(), ticker, new Random(1), Threads.system()),
                    database.client(List.of(slow)),
                    mover.tables,
                    Map.of("type-cache", "10s"))
            .types;

    /** The first response arrives 5 s after it was read, and after a change of the schema. */
    private final class SlowResponse implements ExecutionInterceptor {
        private boolean first = true;

        @Override
        public void afterExecution(Context.AfterExecution context, ExecutionAttributes attributes) {
            if (first) {
                first = false;
                assertTrue(mover.types.moveSchema(GAME, TYPE, "1.0.0", TransactionWrites.NONE));
                ticker.sleep(Duration.ofSeconds(5).toNanos());
            }
        }
    }

    @Test
    void lateResponseIsCachedNoLongerThanChangesWait() {
        assertEquals(EntityType.FIRST_SCHEMA, types.schemaVersion(GAME, TYPE));

        // Now every instance that the change has waited for uses it.
        ticker.sleep(Duration.ofSeconds(5).toNanos());

        assertEquals("1.0.0", types.schemaVersion(GAME, TYPE));
    }
}
