package dev.statecraft;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.conditions.ArchConditions.accessTargetWhere;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static dev.statecraft.CodeModel.MAIN;
import static dev.statecraft.CodeModel.ROOT;
import static dev.statecraft.CodeModel.topLevelName;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.AccessTarget.CodeUnitCallTarget;
import com.tngtech.archunit.core.domain.AccessTarget.CodeUnitReferenceTarget;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import java.time.Clock;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/**
 * Nothing reads time or chance, pauses, or creates locks and threads by itself: {@link Clock}, {@code Ticker}, {@code
 * RandomGenerator} and {@code Threads} come through constructors, so that a simulation decides them.
 */
class DeterminismTest {

    /** Where the process is wrapped, and dev mode. */
    private static final DescribedPredicate<JavaClass> WRAPPERS = resideInAnyPackage(
                    ROOT + ".runtime..", ROOT + ".local..")
            .or(describe("Wiring", type -> topLevelName(type).equals("Wiring")));

    /** Types whose every use is forbidden. */
    private static final Set<String> TYPES = Set.of(
            "java.util.Timer",
            "java.util.concurrent.CountDownLatch",
            "java.util.concurrent.CyclicBarrier",
            "java.util.concurrent.Exchanger",
            "java.util.concurrent.ExecutorCompletionService",
            "java.util.concurrent.Executors",
            "java.util.concurrent.ForkJoinPool",
            "java.util.concurrent.Phaser",
            "java.util.concurrent.ScheduledThreadPoolExecutor",
            "java.util.concurrent.Semaphore",
            "java.util.concurrent.ThreadLocalRandom",
            "java.util.concurrent.ThreadPoolExecutor",
            "java.util.concurrent.locks.LockSupport",
            "java.util.concurrent.locks.ReentrantLock",
            "java.util.concurrent.locks.ReentrantReadWriteLock",
            "java.util.concurrent.locks.StampedLock");

    /** Methods and constructors that are forbidden, whatever their parameters. */
    private static final Set<String> CALLS = Set.of(
            "java.lang.Math.random",
            "java.lang.Object.notify",
            "java.lang.Object.notifyAll",
            "java.lang.Object.wait",
            "java.lang.System.currentTimeMillis",
            "java.lang.System.nanoTime",
            "java.lang.Thread.<init>",
            "java.lang.Thread.join",
            "java.lang.Thread.sleep",
            "java.lang.Thread.yield",
            "java.security.SecureRandom.<init>",
            "java.security.SecureRandom.getInstanceStrong",
            "java.util.Collection.parallelStream",
            "java.util.Random.<init>",
            "java.util.UUID.randomUUID",
            "java.util.concurrent.CompletableFuture.<init>",
            "java.util.concurrent.CompletableFuture.runAsync",
            "java.util.concurrent.CompletableFuture.supplyAsync",
            "java.util.concurrent.TimeUnit.sleep",
            "java.util.random.RandomGenerator.getDefault",
            "java.util.random.RandomGenerator.of",
            "java.util.stream.BaseStream.parallel",
            "java.util.stream.Stream.parallel");

    /** Constructors that are forbidden without parameters. */
    private static final Set<String> PLAIN_CALLS = Set.of("java.util.Date.<init>", "java.util.SplittableRandom.<init>");

    /** Methods of {@code java.time} that read the clock of the system, unless they receive another. */
    private static final Pattern CLOCKS = Pattern.compile("now|system(UTC|DefaultZone|)|tick(Millis|Seconds|Minutes)");

    private static final Pattern SYNCHRONIZED = Pattern.compile("(?m)^ +(?:\\w+ )?synchronized [(\\w]");

    @Test
    void nothingReadsTimeOrChanceOrCreatesThreadsByItself() {
        noClasses()
                .that(not(WRAPPERS))
                .should(accessTargetWhere(describe(
                        "uses the process directly (inject Clock, Ticker, RandomGenerator or Threads)",
                        DeterminismTest::usesTheProcess)))
                .check(MAIN);
    }

    /**
     * A lock that is held during a request comes from {@code Threads}. These files use {@code synchronized} for changes of
     * memory only, or to create a client.
     */
    @Test
    void synchronizedSectionsAreKnownNotToWait() {
        assertEquals(
                List.of(
                        "combining.BusyQueues",
                        "integration.monitoring.MonitoringService",
                        "lambda.EventBridgeSink",
                        "lambda.TickScheduler",
                        "leaderboard.listing.BoundedCache",
                        "leaderboard.rank.DistinctCounts",
                        "leaderboard.rank.KeptNodes",
                        "replication.commit.RecentCommits",
                        "replication.session.SessionObservations",
                        "replication.statistics.ReplicationStatisticsService",
                        "table.Counters"),
                SourceTree.MAIN.files().stream()
                        .filter(file -> !file.packageName().startsWith("local")
                                && SYNCHRONIZED.matcher(file.text()).find())
                        .map(Object::toString)
                        .toList());
    }

    private static boolean usesTheProcess(JavaAccess<?> access) {
        String owner = access.getTargetOwner().getFullName();
        String call = owner + "." + access.getName();
        if (TYPES.contains(owner) || CALLS.contains(call)) {
            return true;
        }
        List<JavaClass> parameters = access.getTarget() instanceof CodeUnitCallTarget target
                ? target.getRawParameterTypes()
                : access.getTarget() instanceof CodeUnitReferenceTarget reference
                        ? reference.getRawParameterTypes()
                        : List.of();
        if (PLAIN_CALLS.contains(call)) {
            return parameters.isEmpty();
        }
        boolean clocked = parameters.stream().anyMatch(type -> type.isEquivalentTo(Clock.class));
        return owner.startsWith("java.time.")
                && CLOCKS.matcher(access.getName()).matches()
                && !clocked;
    }
}
