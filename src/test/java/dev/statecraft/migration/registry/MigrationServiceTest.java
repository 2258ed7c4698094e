package dev.statecraft.migration.registry;

import static dev.statecraft.migration.Laboratory.BY;
import static dev.statecraft.migration.Laboratory.GAME;
import static dev.statecraft.migration.Laboratory.definition;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.statecraft.migration.DoubledCoins;
import dev.statecraft.migration.Laboratory;
import dev.statecraft.migration.definition.Definition;
import dev.statecraft.migration.definition.SemanticVersion;
import dev.statecraft.migration.registry.LedgerEntry.Action;
import dev.statecraft.migration.upkeep.MigrationStatisticsService;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;

class MigrationServiceTest {

    private static final String OTHER = "{'operations': [{'op': 'default', 'path': 'coins', 'value': 1}]}";

    @Test
    void migrationsAreListedInTheOrderOfTheirVersions() {
        Laboratory lab = new Laboratory();
        for (String version : List.of("1.10.0", "1.9.0", "2.0.0-rc.1", "2.0.0", "1.9.0-beta")) {
            assertInstanceOf(MigrationService.New.class, lab.register(definition(version)));
        }
        MigrationService.Overview all = lab.migrations.list(GAME);
        assertEquals("0.0.0", all.currentVersion().toString());
        assertEquals(
                List.of("1.9.0-beta", "1.9.0", "1.10.0", "2.0.0-rc.1", "2.0.0"),
                all.migrations().stream().map(m -> m.version().toString()).toList());
        assertEquals(List.of(), lab.migrations.list("other").migrations());
    }

    @Test
    void theSameContentIsTheSameMigrationAndAnotherContentIsDrift() {
        Laboratory lab = new Laboratory();
        MigrationService.New first = assertInstanceOf(MigrationService.New.class, lab.register(definition("1.0.0")));
        MigrationService.Same same = assertInstanceOf(MigrationService.Same.class, lab.register(definition("1.0.0")));
        assertEquals(first.registration(), same.registration());
        assertInstanceOf(MigrationService.Drifted.class, lab.register(definition("1.0.0", OTHER, "")));
        assertEquals(1, lab.migrations.history(GAME).size());
        Definition stored = lab.definitions
                .definition(
                        lab.migrations.find(GAME, SemanticVersion.of("1.0.0")).orElseThrow())
                .orElseThrow();
        assertEquals(definition("1.0.0").checksum(), stored.checksum());
        assertEquals(definition("1.0.0").up(), stored.up());
    }

    @Test
    void baselineAdoptsRegisteredMigrationsAndRejectsLowerVersions() {
        Laboratory lab = new Laboratory();
        lab.register(definition("1.0.0"));
        lab.register(definition("3.0.0"));
        SemanticVersion two = SemanticVersion.of("2.0.0");
        assertInstanceOf(MigrationService.Done.class, lab.migrations.baseline(GAME, two, "moved in", BY));
        assertInstanceOf(MigrationService.Done.class, lab.migrations.baseline(GAME, two, "again", BY));
        assertInstanceOf(
                MigrationService.Behind.class, lab.migrations.baseline(GAME, SemanticVersion.of("1.5.0"), null, BY));
        assertInstanceOf(MigrationService.OutOfOrder.class, lab.register(definition("1.5.0")));
        assertInstanceOf(MigrationService.New.class, lab.migrations.register(GAME, definition("1.5.0"), true, BY));
        MigrationService.Overview all = lab.migrations.list(GAME);
        assertEquals("2.0.0", all.currentVersion().toString());
        assertEquals(
                List.of("1.0.0 APPLIED", "1.5.0 PENDING", "3.0.0 PENDING"),
                all.migrations().stream()
                        .map(m -> m.version() + " " + m.status())
                        .toList());
        assertEquals(
                List.of(Action.REGISTERED, Action.BASELINED, Action.REGISTERED, Action.REGISTERED),
                lab.migrations.history(GAME).stream().map(LedgerEntry::action).toList());
        assertEquals(
                new MigrationStatisticsService.Statistics("2.0.0", 3, 1, 0, 2, 4, 0),
                new MigrationStatisticsService(lab.migrations).of(GAME));
    }

    @Test
    void aRepairAcceptsAnotherContentAndTheLedgerKeepsBothChecksums() {
        Laboratory lab = new Laboratory();
        lab.register(definition("1.0.0"));
        Definition other = definition("1.0.0", OTHER, "");
        SemanticVersion version = other.version();
        assertInstanceOf(MigrationService.Accepted.class, lab.migrations.repair(GAME, version, other, "typo", BY));
        assertInstanceOf(MigrationService.Accepted.class, lab.migrations.repair(GAME, version, other, "typo", BY));
        assertInstanceOf(MigrationService.Same.class, lab.register(other));
        LedgerEntry last = lab.migrations.history(GAME).get(0);
        assertEquals(2, last.seq());
        assertEquals("typo", last.reason());
        assertEquals(other.checksum(), last.checksum());
        assertEquals(definition("1.0.0").checksum(), last.previousChecksum());
        assertInstanceOf(
                MigrationService.Unknown.class,
                lab.migrations.repair(GAME, SemanticVersion.of("9.0.0"), other, null, BY));
        assertInstanceOf(MigrationService.Undefined.class, lab.migrations.repair(GAME, version, null, null, BY));
    }

    @Test
    void aMigrationThatNeverRanIsWithdrawnAndItsVersionIsFree() {
        Laboratory lab = new Laboratory(Map.of(), List.of(new DoubledCoins()), none());
        Definition definition = definition("1.0.0");
        SemanticVersion version = definition.version();
        assertInstanceOf(MigrationService.Unknown.class, lab.migrations.withdraw(GAME, version, BY));
        lab.register(definition);
        int before = lab.migrations.list(GAME).migrations().size();
        assertInstanceOf(MigrationService.Removed.class, lab.migrations.withdraw(GAME, version, BY));
        assertInstanceOf(MigrationService.Unknown.class, lab.migrations.withdraw(GAME, version, BY));
        assertEquals(before - 1, lab.migrations.list(GAME).migrations().size());
        LedgerEntry last = lab.migrations.history(GAME).get(0);
        assertEquals(Action.WITHDRAWN, last.action());
        assertEquals("1.0.0", last.version());
        assertInstanceOf(MigrationService.New.class, lab.register(definition("1.0.0", OTHER, "")));
        // A removal that was decided on an older registry changes nothing.
        Registry old = lab.store.registry(GAME);
        Registration seen = lab.store.read(GAME, version).orElseThrow();
        lab.register(definition("1.0.1"));
        assertFalse(lab.store.withdraw(GAME, old, old.withdrawn(), seen, last));
        SemanticVersion code = SemanticVersion.of(DoubledCoins.VERSION);
        assertTrue(assertInstanceOf(MigrationService.InUse.class, lab.migrations.withdraw(GAME, code, BY))
                .code());
        lab.migrations.baseline(GAME, SemanticVersion.of("2.0.0"), null, BY);
        assertInstanceOf(MigrationService.InUse.class, lab.migrations.withdraw(GAME, version, BY));
    }

    /** A release before wrote some numbers with a digit more, and kept the checksum of that. */
    @Test
    void aChecksumOfAnOlderReleaseIsNoDrift() {
        Definition definition = definition(
                "1.0.0", "{'operations': [{'op': 'default', 'path': 'n', 'value': 5.9604644775390625e-8}]}", "");
        Registration now = Registration.of(definition, 1, false, java.time.Instant.EPOCH, BY);
        Registration then = new Registration(
                now.version(),
                now.kind(),
                now.source(),
                "0".repeat(64),
                now.status(),
                now.seq(),
                false,
                now.registeredAt(),
                BY,
                now.application());
        assertTrue(then.hasContent(definition));
        assertFalse(then.hasContent(definition("1.0.0")));
    }

    @Test
    void historyListIsLimitedAndAllEntriesAreStored() {
        Laboratory lab = new Laboratory(Map.of("max-migration-history", "2", "max-migrations", "3"), List.of(), none());
        for (int i = 1; i <= 3; i++) {
            lab.register(definition(i + ".0.0"));
        }
        assertInstanceOf(MigrationService.Full.class, lab.register(definition("4.0.0")));
        assertEquals(
                List.of(3L, 2L),
                lab.migrations.history(GAME).stream().map(LedgerEntry::seq).toList());
        assertEquals(3, lab.store.history(GAME, 100).size());
    }

    @Test
    void migrationsInJavaRegisterThemselvesAndDriftIsSeen() {
        Laboratory lab = new Laboratory(Map.of(), List.of(new DoubledCoins()), none());
        Registration registration = lab.migrations.list(GAME).migrations().get(0);
        assertEquals(Definition.Kind.CODE, registration.kind());
        assertEquals(MigrationService.CODE, registration.registeredBy());
        assertFalse(lab.definitions.drifted(registration));
        DoubledCoins changed = new DoubledCoins() {
            @Override
            public int revision() {
                return 2;
            }
        };
        Laboratory next = new Laboratory(lab.realm, Map.of(), List.of(changed), none());
        Registration seen = next.migrations.list(GAME).migrations().get(0);
        assertTrue(next.definitions.drifted(seen));
        next.migrations.repair(GAME, seen.version(), null, "new code", BY);
        Registration repaired = next.migrations.find(GAME, seen.version()).orElseThrow();
        assertFalse(next.definitions.drifted(repaired));
        assertNotEquals(seen.checksum(), repaired.checksum());
        Laboratory without = new Laboratory(lab.realm, Map.of(), List.of(), none());
        assertTrue(without.definitions.definition(repaired).isEmpty());
        assertTrue(without.definitions.drifted(repaired));
    }

    @Test
    void aGameThatIsAdoptedLaterThanTheCodeDoesNotNeedIt() {
        Laboratory lab = new Laboratory();
        lab.migrations.baseline(GAME, SemanticVersion.of("1.0.0"), null, BY);
        Laboratory next = new Laboratory(lab.realm, Map.of(), List.of(new DoubledCoins()), none());
        assertEquals(List.of(), next.migrations.list(GAME).migrations());
    }

    /** Whoever registers at the same moment, each version is there once and the ledger has no gaps. */
    @Test
    void registrationsAtTheSameMomentAreAllKept() throws Exception {
        Laboratory lab = new Laboratory();
        var threads = Executors.newFixedThreadPool(6);
        try {
            List<Callable<MigrationService.Registered>> calls = IntStream.range(0, 12)
                    .<Callable<MigrationService.Registered>>mapToObj(
                            i -> () -> lab.register(definition("1." + i % 6 + ".0")))
                    .toList();
            for (Future<MigrationService.Registered> call : threads.invokeAll(calls)) {
                assertFalse(call.get() instanceof MigrationService.Drifted);
            }
        } finally {
            threads.shutdown();
        }
        List<Long> ledger = lab.store.history(GAME, 100).stream()
                .map(LedgerEntry::seq)
                .sorted()
                .toList();
        assertEquals(
                IntStream.rangeClosed(1, ledger.size()).mapToObj(Long::valueOf).toList(), ledger);
        assertEquals(ledger.size(), lab.migrations.list(GAME).migrations().size());
        assertEquals(ledger.size(), lab.store.registry(GAME).migrations());
    }

    private static ExecutionInterceptor none() {
        return new ExecutionInterceptor() {};
    }
}
