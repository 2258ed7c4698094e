package dev.statecraft;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.SimpleConditionEvent.violated;
import static com.tngtech.archunit.lang.conditions.ArchConditions.accessTargetWhere;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.methods;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noFields;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ConditionEvents;
import dev.statecraft.access.NoScopeRequired;
import dev.statecraft.access.Requires;
import io.quarkus.runtime.annotations.RegisterForReflection;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import jakarta.ws.rs.HttpMethod;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** How the code is laid out, kept by a test: which packages there are and who may know whom. */
class StructureTest {

    private static final String ROOT = "dev.statecraft";

    /** Each is one directory deep; a new feature is added here first. */
    private static final Set<String> FEATURES =
            Set.of("leaderboard", "rating", "replication", "migration", "integration", "erasure");

    private static final Set<String> SHARED = Set.of("", "entry", "table", "access", "local");

    /**
     * What of a feature is not domain: it may know the frameworks its role is about. A Request checks what HTTP brings,
     * Problems name what HTTP answers, a Walk reads page by page through its Store, an
     * EntryCursor is read from what HTTP brings, SettingFields check its fields.
     */
    private static final Pattern ROLES =
            Pattern.compile(".*(Resource|Service|Store|Items|Handler|Config|Request|Problems|Walk)"
                    + "|EntryCursor|SettingFields");

    private static final Pattern EMPTY_NAMES =
            Pattern.compile("Abstract.*|.*(Impl|Utils?|Helpers?|Base|DTO|Dto|Manager|Info|Data|Processor)");

    private static final JavaClasses MAIN = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages(ROOT);

    private static final JavaClasses TESTS = new ClassFileImporter()
            .withImportOption(new ImportOption.OnlyIncludeTests())
            .importPackages(ROOT);

    private static final DescribedPredicate<JavaClass> FEATURE =
            describe("of a feature", type -> FEATURES.contains(packageOf(type)));

    private static final DescribedPredicate<JavaClass> STORE = resideInAPackage(ROOT + "..")
            .and(describe(
                    "a Store or its mapper",
                    type -> topLevelName(type).endsWith("Store")
                            || topLevelName(type).endsWith("Items")));

    private static final DescribedPredicate<JavaClass> RESOURCE =
            describe("a Resource", type -> topLevelName(type).endsWith("Resource"));

    /** Records, results, pure algorithms: what is neither named after a role nor a bean that is handed others. */
    private static final DescribedPredicate<JavaClass> DOMAIN = FEATURE.and(describe(
            "domain",
            type -> !ROLES.matcher(topLevelName(type)).matches()
                    && !type.isAnnotatedWith(ApplicationScoped.class)
                    && !type.isAnnotatedWith(Singleton.class)));

    /** The one class that writes to the connections API Gateway keeps. */
    private static final DescribedPredicate<JavaClass> GATEWAY = describe(
            "what writes to API Gateway's connections",
            type -> topLevelName(type).equals("GatewaySockets")
                    && packageOf(type).equals("entry"));

    /** The one class that starts the state machine that drives runs of migrations. */
    private static final DescribedPredicate<JavaClass> MACHINE = describe(
            "what starts the state machine",
            type -> topLevelName(type).equals("MigrationMachine")
                    && packageOf(type).equals("entry"));

    /** The one class that puts events on an EventBridge bus. */
    private static final DescribedPredicate<JavaClass> BUS = describe(
            "what puts events on the bus",
            type -> topLevelName(type).equals("EventBridgeSink")
                    && packageOf(type).equals("entry"));

    /** The one class that prints: CloudWatch makes metrics of lines that are nothing but JSON of its own form. */
    private static final DescribedPredicate<JavaClass> METRICS = describe(
            "what tells metrics",
            type -> topLevelName(type).equals("Metrics") && packageOf(type).equals("entry"));

    /** The hash of texts and the canonical text of JSON values: pure classes that the domain may use. */
    private static final DescribedPredicate<JavaClass> HASH = describe(
            "the hash and the canonical text of JSON",
            type -> Set.of("Sha256", "CanonicalJson", "PackedNumber").contains(topLevelName(type))
                    && packageOf(type).equals("table"));

    /** The expression language, its regular expressions, and the collections its interfaces name. */
    private static final DescribedPredicate<JavaClass> CEL =
            resideInAnyPackage("dev.cel..", "com.google.re2j..", "com.google.common.collect..");

    private static final DescribedPredicate<JavaClass> LOCAL = resideInAPackage(ROOT + ".local..");

    @Test
    void packagesAreOneDeepAndKnown() {
        classes()
                .should(satisfy(
                        "reside in a known package",
                        type -> FEATURES.contains(packageOf(type)) || SHARED.contains(packageOf(type))))
                .check(MAIN);
    }

    @Test
    void theDomainKnowsOnlyTheJdkAndJson() {
        // Its own feature's domain counts as well; its Store, Service and Resource do not. Cron is a language of its
        // own.
        DescribedPredicate<JavaClass> allowed = resideInAnyPackage(
                        "java..",
                        "javax.crypto..",
                        "com.fasterxml.jackson..",
                        "com.cronutils..",
                        "org.eclipse.microprofile.openapi.annotations..",
                        "org.jspecify.annotations..")
                .or(DOMAIN)
                .or(HASH)
                .or(describe("a primitive or an array of such", type -> type.getBaseComponentType()
                        .isPrimitive()));
        classes()
                .that(DOMAIN)
                .should(dependOnlyOn(
                        "the JDK, JSON, names in the OpenAPI document, and domain",
                        (type, target) -> allowed.test(target) || (CEL.test(target) && isExpression(type))))
                .check(MAIN);
    }

    @Test
    void onlyStoresSpeakToDynamoDb() {
        noClasses()
                .that(not(STORE.or(LOCAL).or(GATEWAY).or(MACHINE).or(BUS).or(resideInAPackage(ROOT + ".table"))))
                .should()
                .dependOnClassesThat()
                .resideInAPackage("software.amazon.awssdk.services..")
                .check(MAIN);
        noClasses()
                .that(not(GATEWAY))
                .should()
                .dependOnClassesThat()
                .resideInAPackage("software.amazon.awssdk.services.apigatewaymanagementapi..")
                .check(MAIN);
        noClasses()
                .that(not(BUS))
                .should()
                .dependOnClassesThat()
                .resideInAPackage("software.amazon.awssdk.services.eventbridge..")
                .check(MAIN);
        noClasses()
                .that(GATEWAY.or(BUS))
                .should()
                .dependOnClassesThat()
                .resideInAPackage("software.amazon.awssdk.services.dynamodb..")
                .check(MAIN);
        noClasses()
                .that(not(MACHINE))
                .should()
                .dependOnClassesThat()
                .resideInAPackage("software.amazon.awssdk.services.sfn..")
                .check(MAIN);
        // What the SDK throws is told apart at the edge, where it becomes an answer, and not in a feature.
        noClasses()
                .that(FEATURE.and(not(STORE)))
                .should()
                .dependOnClassesThat()
                .resideInAPackage("software.amazon.awssdk..")
                .check(MAIN);
    }

    @Test
    void featuresKnowNeitherLambdaNorQuarkus() {
        noClasses()
                .that(FEATURE.and(
                        not(describe("a Config", type -> topLevelName(type).endsWith("Config")))))
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("com.amazonaws..", "io.quarkus..")
                .check(MAIN);
    }

    @Test
    void onlyResourcesOfAFeatureSpeakHttp() {
        noClasses()
                .that(FEATURE.and(not(RESOURCE)))
                .should()
                .dependOnClassesThat()
                .resideInAPackage("jakarta.ws.rs..")
                .check(MAIN);
    }

    @Test
    void storesAreKnownInTheirOwnPackageOnly() {
        classes()
                .should(dependOnlyOn(
                        "Stores of their own package",
                        (type, target) ->
                                !STORE.test(target) || type.getPackageName().equals(target.getPackageName())))
                .check(MAIN);
    }

    @Test
    void resourcesAskServicesAndNotStores() {
        // A record that a Store returns through a Service may come as far as the Resource.
        classes()
                .should(dependOnlyOn(
                        "Services where they are Resources",
                        (type, target) -> !(RESOURCE.test(type) && STORE.test(target) && target.isTopLevelClass())))
                .check(MAIN);
    }

    @Test
    void whatStoresShareKnowsNoFeatureAndNoEntryPoint() {
        noClasses()
                .that()
                .resideInAPackage(ROOT + ".table")
                .should()
                .dependOnClassesThat(FEATURE.or(resideInAnyPackage(ROOT + ".entry", ROOT + ".access")))
                .check(MAIN);
    }

    @Test
    void nobodyOutsideUsesWhatIsLocal() {
        noClasses().that(not(LOCAL)).should().dependOnClassesThat(LOCAL).check(MAIN);
    }

    @Test
    void namesSayWhatAClassIs() {
        classes()
                .should(satisfy(
                        "have a name that says what they are",
                        type -> !EMPTY_NAMES.matcher(type.getSimpleName()).matches()))
                .check(MAIN);
    }

    @Test
    void dependenciesComeThroughConstructors() {
        noFields()
                .should()
                .beAnnotatedWith(Inject.class)
                .orShould()
                .beAnnotatedWith("org.eclipse.microprofile.config.inject.ConfigProperty")
                .check(MAIN);
    }

    @Test
    void staticStateNeverChanges() {
        fields().should().beFinal().orShould().notBeStatic().check(MAIN);
    }

    /** Also kept at run time, where a route that says nothing is for nobody. */
    @Test
    void everyRouteSaysWhatItNeeds() {
        methods()
                .that(describe("answer HTTP", method -> method.getAnnotations().stream()
                        .anyMatch(annotation -> annotation.getRawType().isAnnotatedWith(HttpMethod.class))))
                .should()
                .beAnnotatedWith(Requires.class)
                .orShould()
                .beAnnotatedWith(NoScopeRequired.class)
                .check(MAIN);
    }

    @Test
    void logsGoThroughTheLoggerOfQuarkus() {
        noClasses()
                .that(not(LOCAL.or(METRICS)))
                .should()
                .dependOnClassesThat()
                .resideInAPackage("java.util.logging")
                .orShould(accessTargetWhere(describe(
                        "writes to the console",
                        access -> access.getTargetOwner().isEquivalentTo(System.class)
                                && Set.of("out", "err").contains(access.getName()))))
                .check(MAIN);
    }

    /** Tests hold the list against what Jackson reads and writes; Wiring is for libraries. */
    @Test
    void whatIsRegisteredForReflectionStandsInOnePlace() {
        classes()
                .that()
                .areAnnotatedWith(RegisterForReflection.class)
                .should(satisfy(
                        "be JsonTypes, whose list they belong to, or Wiring",
                        type -> Set.of("JsonTypes", "Wiring").contains(type.getSimpleName())))
                .check(MAIN);
    }

    /** Tests see which types the application's mapper reads and writes, and copies of it; others are for trees only. */
    @Test
    void onlyTheApplicationsMapperBindsTypes() {
        classes()
                .that(not(LOCAL))
                .should(satisfy(
                        "bind no type with a mapper that they have made",
                        type -> !(type.getCodeUnitCallsFromSelf().stream().anyMatch(StructureTest::makesMapper)
                                && type.getMethodCallsFromSelf().stream().anyMatch(StructureTest::bindsType))))
                .check(MAIN);
    }

    @Test
    void testsDoNotSleep() {
        noClasses()
                .should(accessTargetWhere(describe("sleeps", StructureTest::sleeps)))
                .check(TESTS);
    }

    /** The build starts the application once for those, and runs the others side by side. */
    @Test
    void testsOfTheRunningApplicationAreTagged() {
        classes()
                .that()
                .areAnnotatedWith(QuarkusTest.class)
                .should(satisfy(
                        "carry @Tag(\"application\"), or \"bench\"", type -> type.tryGetAnnotationOfType(Tag.class)
                                .filter(tag -> Set.of("application", "bench").contains(tag.value()))
                                .isPresent()))
                .check(TESTS);
    }

    @Test
    void everyTypeIsNullMarked() {
        classes()
                .should(satisfy(
                        "be in a @NullMarked package", type -> type.getPackage().isAnnotatedWith(NullMarked.class)))
                .check(MAIN);
    }

    private static boolean isExpression(JavaClass type) {
        return topLevelName(type).startsWith("Expression");
    }

    private static boolean makesMapper(JavaAccess<?> access) {
        return access.getTargetOwner().isAssignableTo(ObjectMapper.class)
                && Set.of("<init>", "builder").contains(access.getName());
    }

    private static boolean bindsType(JavaAccess<?> access) {
        return Set.of("readValue", "treeToValue", "convertValue", "valueToTree", "readerFor", "writerFor")
                .contains(access.getName());
    }

    private static boolean sleeps(JavaAccess<?> access) {
        return access.getName().equals("sleep")
                && (access.getTargetOwner().isEquivalentTo(Thread.class)
                        || access.getTargetOwner().isEquivalentTo(TimeUnit.class));
    }

    private static String packageOf(JavaClass type) {
        String name = type.getPackageName();
        return name.equals(ROOT) ? "" : name.startsWith(ROOT + ".") ? name.substring(ROOT.length() + 1) : name;
    }

    /** Nested, local and anonymous classes count as the class whose file they are written in. */
    private static String topLevelName(JavaClass type) {
        String name = type.getBaseComponentType().getFullName();
        String simple = name.substring(name.lastIndexOf('.') + 1);
        int nested = simple.indexOf('$');
        return nested > 0 ? simple.substring(0, nested) : simple;
    }

    private static ArchCondition<JavaClass> satisfy(String description, Predicate<JavaClass> holds) {
        return new ArchCondition<>(description) {
            @Override
            public void check(JavaClass type, ConditionEvents events) {
                if (!holds.test(type)) {
                    events.add(violated(type, type.getName() + " should " + description));
                }
            }
        };
    }

    private interface Knowing {
        boolean allowed(JavaClass type, JavaClass target);
    }

    private static ArchCondition<JavaClass> dependOnlyOn(String description, Knowing rule) {
        return new ArchCondition<>("depend only on " + description) {
            @Override
            public void check(JavaClass type, ConditionEvents events) {
                for (Dependency dependency : type.getDirectDependenciesFromSelf()) {
                    if (!rule.allowed(type, dependency.getTargetClass().getBaseComponentType())) {
                        events.add(violated(dependency, dependency.getDescription()));
                    }
                }
            }
        };
    }
}
