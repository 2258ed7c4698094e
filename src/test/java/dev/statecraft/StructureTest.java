package dev.statecraft;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static dev.statecraft.CodeModel.MAIN;
import static dev.statecraft.CodeModel.RESOURCE;
import static dev.statecraft.CodeModel.ROOT;
import static dev.statecraft.CodeModel.STORE;
import static dev.statecraft.CodeModel.dependOnlyOn;
import static dev.statecraft.CodeModel.featureOf;
import static dev.statecraft.CodeModel.fileOf;
import static dev.statecraft.CodeModel.topLevelName;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import dev.statecraft.SourceTree.SourceFile;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The layout of the code: its packages, which of them may use which, and how large packages and files may become. */
class StructureTest {

    /** A package of more files is two. */
    private static final int MAX_FILES = 25;

    /** A file of more lines is two. */
    private static final int MAX_LINES = 350;

    private static final Pattern WORD = Pattern.compile("\\S+");

    /**
     * Every package below the root, and the exact packages that it uses; {@code .x} is a package of the same feature. A new
     * package gets a line here first. A line may only name packages above it, so the lines are the floors of the house
     * from the ground up.
     */
    private static final Map<String, Set<String>> ARROWS = arrows("""
            runtime                     ->
            table                       -> runtime
            rating                      ->
            http                        -> runtime table
            http.json                   -> table http
            access                      -> http
            access.idempotency          -> table http access
            access.signing              -> table access
            access.audit                -> runtime table http access .idempotency
            access.key                  -> table http access .idempotency .signing .audit
            access.token                -> http access .signing .key
            access.limit                -> runtime table http access .key
            access.authentication       -> http http.json access .key .token .limit
            combining                   -> runtime table
            openapi                     -> http access
            replication.state           -> table
            replication.guard           -> .state
            replication.type            -> runtime table http access .state .guard
            replication.log             -> table .state
            replication.statistics      -> table access .state .log
            replication.merge           -> .state .type
            replication.command         -> .state .guard .type .log .merge
            replication.session         -> runtime table .state
            replication.commit          -> runtime table http access access.idempotency combining .state .guard .type
                                           .log .statistics .merge .command .session
            replication.entity          -> runtime table http access access.idempotency .state .guard .type .log .merge
                                           .command .session .commit
            replication.feed            -> runtime table http http.json access access.idempotency access.limit
                                           .state .type .log .statistics .command .session .commit .entity
            replication.socket          -> runtime table http http.json access access.key access.limit .state .log
                                           .session .feed
            replication.transaction     -> table http http.json access access.idempotency .state .command .commit .entity .feed
            replication.upkeep          -> table .state .type .log .command .session .commit .feed
            leaderboard.settings        -> table rating http replication.state
            leaderboard.board           -> runtime table http access access.idempotency .settings
            leaderboard.entry           -> table rating .settings .board
            leaderboard.rank            -> runtime table http access access.idempotency .settings .board .entry
            leaderboard.score           -> runtime table http http.json access access.idempotency combining .settings
                                           .board .entry .rank
            leaderboard.match           -> runtime table rating http access combining .settings .board .entry .rank
            leaderboard.listing         -> table rating http access .settings .board .entry .rank .score
            leaderboard.season          -> runtime table http access .settings .board .entry .rank .listing
            leaderboard.upkeep          -> table http access .settings .board .entry .rank .score .match .listing
                                           .season
            migration.expression        -> table replication.state replication.guard
            migration.definition        -> table replication.state .expression
            migration.run               -> table replication.state .expression .definition
            migration.record            -> table replication.state replication.command replication.commit
                                           replication.entity leaderboard.board leaderboard.entry
                                           leaderboard.score leaderboard.settings .expression .definition
            migration.registry          -> runtime table http access access.idempotency replication.state
                                           replication.type replication.entity .expression .definition .run
                                           .record
            migration.segment           -> runtime table replication.state replication.type replication.command
                                           replication.commit .expression .definition .run .record .registry
            migration.execution         -> runtime table http access access.idempotency replication.state
                                           replication.type replication.entity leaderboard.board .expression
                                           .definition .run .record .registry .segment
            migration.work              -> runtime table http http.json access replication.state replication.entity
                                           .expression .definition .run .registry .segment .execution
            migration.script            -> runtime table http access replication.state .expression .definition .run
                                           .registry .segment .execution
            migration.upkeep            -> table access .definition .run .registry .segment .work
            integration.event           -> runtime table http access combining replication.state replication.log replication.commit
                                           replication.upkeep leaderboard.settings leaderboard.board
                                           leaderboard.entry leaderboard.season leaderboard.upkeep
                                           migration.registry migration.upkeep
            integration.binding         -> runtime table http replication.state replication.command replication.commit
                                           replication.entity replication.feed replication.upkeep
                                           leaderboard.settings leaderboard.board leaderboard.entry
                                           leaderboard.score leaderboard.listing leaderboard.upkeep
                                           migration.registry migration.upkeep .event
            integration.monitoring      -> runtime table http access replication.state replication.statistics
                                           leaderboard.upkeep migration.upkeep .event
            integration.synchronization -> access access.idempotency replication.statistics replication.commit
                                           replication.feed leaderboard.board leaderboard.rank leaderboard.upkeep
                                           migration.definition migration.run migration.registry migration.execution
                                           .event .binding .monitoring
            erasure                     -> runtime table http access access.audit access.key replication.state
                                           replication.upkeep leaderboard.upkeep migration.upkeep integration.event
            lambda                      -> runtime table http http.json access access.key access.token
                                           access.authentication replication.log replication.statistics
                                           replication.commit replication.entity replication.socket leaderboard.rank
                                           leaderboard.upkeep migration.segment migration.execution integration.event
                                           integration.binding integration.synchronization erasure
            local.template              ->
            local.stream                -> .template
            local                       -> table http access access.token access.authentication replication.state
                                           replication.socket migration.execution .template .stream
            """);

    @Test
    void everyPackageIsInTheTable() {
        Set<String> packages = new TreeSet<>();
        SourceTree.MAIN.files().stream()
                .filter(file -> !file.isPackageInfo() && !file.packageName().isEmpty())
                .forEach(file -> packages.add(file.packageName()));
        assertEquals(ARROWS.keySet(), packages);
    }

    @Test
    void packagesUseOnlyPackagesOfTheirLine() {
        List<String> forbidden = new ArrayList<>();
        uses().forEach((from, targets) -> targets.forEach((to, example) -> {
            if (!ARROWS.getOrDefault(from, Set.of()).contains(to)) {
                forbidden.add(from + " -> " + to + ": " + example);
            }
        }));
        assertEquals(List.of(), forbidden, "not in the table of arrows");
    }

    @Test
    void everyArrowOfTheTableIsUsed() {
        Map<String, Map<String, String>> uses = uses();
        List<String> unused = ARROWS.entrySet().stream()
                .flatMap(line -> line.getValue().stream()
                        .filter(to ->
                                !uses.getOrDefault(line.getKey(), Map.of()).containsKey(to))
                        .map(to -> line.getKey() + " -> " + to))
                .toList();
        assertEquals(List.of(), unused);
    }

    @Test
    void packagesHaveNoCycle() {
        // Each line names lines above it only, so no way through the table leads back.
        Set<String> above = new HashSet<>();
        ARROWS.forEach((from, targets) -> {
            assertTrue(above.containsAll(targets), from + " names a package that is not above it");
            above.add(from);
        });
    }

    @Test
    void filesHaveNoCycle() {
        Map<String, String> families = sealedFamilies();
        Map<String, Set<String>> graph = new TreeMap<>();
        for (JavaClass type : MAIN) {
            String from = families.getOrDefault(fileOf(type), fileOf(type));
            for (Dependency dependency : type.getDirectDependenciesFromSelf()) {
                JavaClass target = dependency.getTargetClass().getBaseComponentType();
                String to = families.getOrDefault(fileOf(target), fileOf(target));
                if (target.getPackageName().startsWith(ROOT) && !from.equals(to)) {
                    graph.computeIfAbsent(from, key -> new TreeSet<>()).add(to);
                }
            }
        }
        assertEquals(List.of(), new DependencyGraph(graph).cycles());
    }

    @Test
    void storesAreUsedInTheirOwnFeatureOnly() {
        classes()
                .should(dependOnlyOn(
                        "Stores of their own feature",
                        (type, target) -> !STORE.test(target) || featureOf(type).equals(featureOf(target))))
                .check(MAIN);
    }

    @Test
    void storesUseNoService() {
        classes()
                .that(STORE)
                .should(dependOnlyOn("what is not a Service", (type, target) -> !topLevelName(target)
                        .endsWith("Service")))
                .check(MAIN);
        assertEquals(
                List.of(),
                SourceTree.MAIN.files().stream()
                        .filter(file -> file.className().endsWith("Store"))
                        .flatMap(file -> file.imports().stream()
                                .filter(name -> name.endsWith("Service"))
                                .map(name -> file + " imports " + name))
                        .toList());
    }

    @Test
    void resourcesUseServicesAndNotStores() {
        // A Resource may receive a record nested in a Store from a Service.
        classes()
                .should(dependOnlyOn(
                        "Services where they are Resources",
                        (type, target) -> !(RESOURCE.test(type) && STORE.test(target) && target.isTopLevelClass())))
                .check(MAIN);
    }

    @Test
    void packagesAreSmall() {
        Map<String, Long> sizes = Stream.of(SourceTree.MAIN, SourceTree.TESTS)
                .flatMap(tree -> tree.files().stream()
                        .filter(file -> !file.isPackageInfo())
                        .collect(Collectors.groupingBy(SourceFile::packageName, Collectors.counting()))
                        .entrySet()
                        .stream())
                .filter(entry -> entry.getValue() > MAX_FILES)
                .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
        assertEquals(Map.of(), sizes);
    }

    @Test
    void filesAreShort() {
        assertEquals(
                List.of(),
                Stream.of(SourceTree.MAIN, SourceTree.TESTS)
                        .flatMap(tree -> tree.files().stream())
                        .filter(file -> file.lines() > MAX_LINES)
                        .map(file -> file + " " + file.lines())
                        .toList());
    }

    @Test
    void noSimpleNameIsUsedTwice() {
        Map<String, List<SourceFile>> byName = Stream.of(SourceTree.MAIN, SourceTree.TESTS)
                .flatMap(tree -> tree.files().stream())
                .filter(file -> !file.isPackageInfo())
                .collect(Collectors.groupingBy(SourceFile::className));
        byName.values().removeIf(files -> files.size() == 1);
        assertEquals(Map.of(), byName);
    }

    @Test
    void everyPackageIsDescribed() {
        Set<String> described = SourceTree.MAIN.files().stream()
                .filter(SourceFile::isPackageInfo)
                .map(SourceFile::packageName)
                .collect(Collectors.toSet());
        assertEquals(
                List.of(),
                SourceTree.MAIN.files().stream()
                        .map(SourceFile::packageName)
                        .distinct()
                        .filter(name -> !described.contains(name))
                        .toList());
    }

    /** Package to the packages that it uses, each with an example: by the bytecode and by the imports of the sources. */
    private static Map<String, Map<String, String>> uses() {
        Map<String, Map<String, String>> uses = new TreeMap<>();
        for (JavaClass type : MAIN) {
            for (Dependency dependency : type.getDirectDependenciesFromSelf()) {
                JavaClass target = dependency.getTargetClass().getBaseComponentType();
                if (target.getPackageName().startsWith(ROOT)) {
                    add(uses, CodeModel.packageOf(type), CodeModel.packageOf(target), dependency.getDescription());
                }
            }
        }
        for (SourceFile file : SourceTree.MAIN.files()) {
            for (String name : file.imports()) {
                String target = name.substring(0, name.lastIndexOf('.'));
                add(
                        uses,
                        file.packageName(),
                        target.equals(ROOT) ? "" : target.substring(ROOT.length() + 1),
                        file + " imports " + name);
            }
        }
        uses.remove("");
        return uses;
    }

    private static void add(Map<String, Map<String, String>> uses, String from, String to, String example) {
        if (!from.equals(to)) {
            uses.computeIfAbsent(from, key -> new TreeMap<>()).putIfAbsent(to, example);
        }
    }

    /** File to the name of its sealed type: such a type and the files of its permitted types count as one. */
    private static Map<String, String> sealedFamilies() {
        Map<String, String> families = new HashMap<>();
        for (JavaClass type : MAIN) {
            if (type.isTopLevelClass() && type.isInterface()) {
                Class<?>[] permitted = type.reflect().getPermittedSubclasses();
                for (Class<?> each : permitted == null ? new Class<?>[0] : permitted) {
                    if (each.getEnclosingClass() == null) {
                        families.put(each.getName(), type.getFullName());
                    }
                }
            }
        }
        return families;
    }

    private static Map<String, Set<String>> arrows(String table) {
        Map<String, Set<String>> arrows = new LinkedHashMap<>();
        String from = "";
        for (String line : table.lines().filter(text -> !text.isBlank()).toList()) {
            int arrow = line.indexOf("->");
            if (arrow >= 0) {
                from = line.substring(0, arrow).strip();
                arrows.put(from, new TreeSet<>());
            }
            String feature = from.contains(".") ? from.substring(0, from.indexOf('.')) : from;
            Set<String> targets = Objects.requireNonNull(arrows.get(from), line);
            WORD.matcher(line.substring(arrow < 0 ? 0 : arrow + 2)).results().forEach(word -> {
                String to = word.group();
                targets.add(to.startsWith(".") ? feature + to : to);
            });
        }
        return arrows;
    }
}
