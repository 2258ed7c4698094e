package dev.statecraft.replication.commit;

import dev.statecraft.combining.CombiningConfig;
import dev.statecraft.combining.CombiningQueue;
import dev.statecraft.combining.IntentStore;
import dev.statecraft.replication.Realm;
import dev.statecraft.replication.commit.CommitCoordinator.CommitSpace;
import dev.statecraft.replication.log.LogEntry;
import dev.statecraft.replication.session.MessageStore;
import dev.statecraft.replication.state.ReplicationConfig;
import dev.statecraft.replication.state.SpaceChecksum;
import dev.statecraft.table.Counters;
import dev.statecraft.table.TableNames;
import dev.statecraft.testing.Machine;
import dev.statecraft.testing.ThreadInterleavings;
import io.quarkus.runtime.configuration.DurationConverter;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jetbrains.lincheck.datastructures.IntGen;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Param;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;

/** What the commits of one instance share, with its threads in every order that matters. */
public class CommitInterleavingTest {

    @Test
    void recentCommitsAreLinearizable() {
        ThreadInterleavings.check(Recent.class, Recent.class);
    }

    /** The recent commits of two spaces. */
    @Param(name = "space", gen = IntGen.class, conf = "0:1")
    @Param(name = "seq", gen = IntGen.class, conf = "1:3")
    public static class Recent {

        private final RecentCommits recent = new RecentCommits();

        @Operation
        public void add(@Param(name = "space") int space, @Param(name = "seq") int seq) {
            recent.add("g", "s" + space, new LogEntry(seq, "e", 0, SpaceChecksum.EMPTY, List.of(), 30_000, null));
        }

        @Operation
        public List<Long> after(@Param(name = "space") int space, @Param(name = "seq") int seq) {
            return recent.after("g", "s" + space, "e", seq - 1L).stream()
                    .map(LogEntry::seq)
                    .toList();
        }
    }

    @Test
    void commitsOfASpaceAreSerialized() {
        ThreadInterleavings.check(Lanes.class, SequentialLanes.class);
    }

    /** Sums by space that only the lock of the space protects. Commits of a space may be nested. */
    @Param(name = "space", gen = IntGen.class, conf = "0:1")
    public static class Lanes {

        private static final TableNames TABLES = () -> "none-";
        private static final Machine MACHINE = Machine.real();
        private static final ReplicationConfig CONFIG = new SmallRyeConfigBuilder()
                .withConverter(Duration.class, 200, new DurationConverter())
                .withMapping(ReplicationConfig.class)
                .build()
                .getConfigMapping(ReplicationConfig.class);

        private static final CombiningConfig COMBINING = Realm.combining(Map.of());

        /** Every call fails: nothing is committed. */
        private static final DynamoDbClient NO_DATABASE = new DynamoDbClient() {
            @Override
            public String serviceName() {
                return "none";
            }

            @Override
            public void close() {}
        };

        private final CommitCoordinator coordinator = new CommitCoordinator(
                new CommitStore(
                        NO_DATABASE,
                        TABLES,
                        MACHINE.batches(NO_DATABASE),
                        new MessageStore(NO_DATABASE, TABLES, MACHINE.batches(NO_DATABASE), Realm.sessions(Map.of())),
                        CONFIG),
                new RecentCommits(),
                new Counters(),
                CONFIG,
                new CombiningQueue(
                        new IntentStore(NO_DATABASE, TABLES, COMBINING),
                        COMBINING,
                        MACHINE.clock(),
                        MACHINE.ticker(),
                        MACHINE.random()),
                MACHINE.backoff(),
                MACHINE.threads());
        private final int[] sums = new int[2];

        @Operation
        public int commit(@Param(name = "space") int space) {
            CommitSpace name = new CommitSpace("g", "s" + space);
            return coordinator.serialized(name, () -> {
                sums[space]++;
                return coordinator.serialized(name, () -> ++sums[space]);
            });
        }
    }

    /** The same for one thread. */
    @Param(name = "space", gen = IntGen.class, conf = "0:1")
    public static class SequentialLanes {

        private final int[] sums = new int[2];

        @Operation
        public int commit(@Param(name = "space") int space) {
            sums[space] += 2;
            return sums[space];
        }
    }
}
