package dev.statecraft;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.conditions.ArchConditions.accessTargetWhere;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.methods;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noFields;
import static dev.statecraft.CodeModel.FEATURE;
import static dev.statecraft.CodeModel.MAIN;
import static dev.statecraft.CodeModel.RESOURCE;
import static dev.statecraft.CodeModel.ROOT;
import static dev.statecraft.CodeModel.STORE;
import static dev.statecraft.CodeModel.TESTS;
import static dev.statecraft.CodeModel.dependOnlyOn;
import static dev.statecraft.CodeModel.packageOf;
import static dev.statecraft.CodeModel.satisfy;
import static dev.statecraft.CodeModel.topLevelName;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import dev.statecraft.access.NoScopeRequired;
import dev.statecraft.access.Requires;
import io.quarkus.runtime.annotations.RegisterForReflection;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import jakarta.ws.rs.HttpMethod;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** How the code is laid out, kept by a test: which packages there are and who may know whom. */
class ConventionTest {

    /**
     * Names of feature classes that are not domain: they may use the frameworks of their role. A Request validates a
     * request body, Problems build problem responses, a Walk reads page by page through a Store, an EntryCursor is read
     * from a query parameter, SettingFields validate fields of request bodies.
     */
    private static final Pattern ROLES = Pattern.compile(
            ".*(Resource|Service|Store|Items|Handler|Config|Request|Problems|Filter|Walk)|EntryCursor|SettingFields");

    private static final Pattern EMPTY_NAMES =
            Pattern.compile("Abstract.*|.*(Impl|Utils?|Helpers?|(?<!Merge)Base|DTO|Dto|Manager|Info|Data|Processor)");

    /** Records, results and pure algorithms: classes that are neither named after a role nor beans. */
    private static final DescribedPredicate<JavaClass> DOMAIN = FEATURE.and(
            describe("domain", type -> !ROLES.matcher(topLevelName(type)).matches() && !isBean(type)));

    /** The only class that calls the API Gateway Management API. */
    private static final DescribedPredicate<JavaClass> GATEWAY = describe(
            "the sender of WebSocket frames",
            type -> topLevelName(type).equals("GatewaySockets")
                    && packageOf(type).equals("lambda"));

    /** The only class that calls Step Functions. */
    private static final DescribedPredicate<JavaClass> MACHINE = describe(
            "the starter of the state machine",
            type -> topLevelName(type).equals("MigrationStateMachine")
                    && packageOf(type).equals("lambda"));

    /** The only class that calls EventBridge. */
    private static final DescribedPredicate<JavaClass> BUS = describe(
            "the EventBridge sink",
            type -> topLevelName(type).equals("EventBridgeSink")
                    && packageOf(type).equals("lambda"));

    /** The only class that calls EventBridge Scheduler. */
    private static final DescribedPredicate<JavaClass> SCHEDULER = describe(
            "the creator of one-shot schedules",
            type -> topLevelName(type).equals("TickScheduler")
                    && packageOf(type).equals("lambda"));

    /** The only class that prints: CloudWatch extracts metrics from lines in its embedded metric format. */
    private static final DescribedPredicate<JavaClass> METRICS = describe(
            "the printer of metrics",
            type -> topLevelName(type).equals("Metrics") && packageOf(type).equals("lambda"));

    /** Pure classes of the table package that the domain may use. */
    private static final DescribedPredicate<JavaClass> HASH = describe(
            "hashes and forms of numbers and JSON",
            type -> Set.of("Sha256", "CanonicalJson", "PackedNumber", "PaddedNumber")
                            .contains(topLevelName(type))
                    && packageOf(type).equals("table"));

    /** The expression language, and the collections its interfaces name. */
    private static final DescribedPredicate<JavaClass> CEL =
            resideInAnyPackage("dev.cel..", "com.google.common.collect..");

    private static final DescribedPredicate<JavaClass> RE2 = resideInAPackage("com.google.re2j..");

    /** The only class of the domain that calls the regular expressions with linear time. */
    private static final DescribedPredicate<JavaClass> PATTERN =
            describe("the regular expression", type -> topLevelName(type).equals("TextPattern"));

    private static final DescribedPredicate<JavaClass> FILTER =
            describe("a Filter", type -> topLevelName(type).endsWith("Filter"));

    private static final DescribedPredicate<JavaClass> LOCAL = resideInAPackage(ROOT + ".local..");

    @Test
    void domainUsesOnlyTheJdkAndJson() {
        // Cron expressions and CEL are languages with parsers of their own.
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
                        (type, target) -> allowed.test(target)
                                || (CEL.test(target) && isExpression(type))
                                || (RE2.test(target) && PATTERN.test(type))))
                .check(MAIN);
    }

    @Test
    void onlyStoresCallDynamoDb() {
        noClasses()
                .that(not(STORE.or(LOCAL)
                        .or(GATEWAY)
                        .or(MACHINE)
                        .or(BUS)
                        .or(SCHEDULER)
                        .or(resideInAPackage(ROOT + ".table"))))
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
                .that(not(SCHEDULER))
                .should()
                .dependOnClassesThat()
                .resideInAPackage("software.amazon.awssdk.services.scheduler..")
                .check(MAIN);
        noClasses()
                .that(GATEWAY.or(BUS).or(SCHEDULER))
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
        // Exceptions of the SDK become responses in http and lambda, not in a feature.
        noClasses()
                .that(FEATURE.and(not(STORE)))
                .should()
                .dependOnClassesThat()
                .resideInAPackage("software.amazon.awssdk..")
                .check(MAIN);
    }

    @Test
    void featuresUseNeitherLambdaNorQuarkus() {
        noClasses()
                .that(FEATURE.and(
                        not(describe("a Config", type -> topLevelName(type).endsWith("Config")))))
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("com.amazonaws..", "io.quarkus..")
                .check(MAIN);
    }

    @Test
    void onlyResourcesAndFiltersOfAFeatureUseJaxRs() {
        noClasses()
                .that(FEATURE.and(not(RESOURCE)).and(not(FILTER)))
                .should()
                .dependOnClassesThat()
                .resideInAPackage("jakarta.ws.rs..")
                .check(MAIN);
    }

    @Test
    void classNamesHaveNoEmptyWords() {
        classes()
                .should(satisfy(
                        "have a name without empty words such as Helper",
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
    void staticFieldsAreFinal() {
        fields().should().beFinal().orShould().notBeStatic().check(MAIN);
    }

    /** At run time a route without such an annotation rejects every request. */
    @Test
    void everyRouteDeclaresItsScope() {
        methods()
                .that(describe("are routes", method -> method.getAnnotations().stream()
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

    /** BoundTypesCheck compares the list of JsonTypes with the types that Jackson binds; Wiring registers types of libraries. */
    @Test
    void typesAreRegisteredForReflectionInOnePlace() {
        classes()
                .that()
                .areAnnotatedWith(RegisterForReflection.class)
                .should(satisfy("be JsonTypes or Wiring", type -> Set.of("JsonTypes", "Wiring")
                        .contains(type.getSimpleName())))
                .check(MAIN);
    }

    /** BoundTypesCheck sees the types that the application's mapper binds; any other mapper may read and write trees only. */
    @Test
    void onlyTheApplicationsMapperBindsTypes() {
        classes()
                .that(not(LOCAL))
                .should(satisfy(
                        "bind no type with a mapper of their own",
                        type -> !(type.getCodeUnitCallsFromSelf().stream().anyMatch(ConventionTest::makesMapper)
                                && type.getMethodCallsFromSelf().stream().anyMatch(ConventionTest::bindsType))))
                .check(MAIN);
    }

    @Test
    void testsDoNotSleep() {
        noClasses()
                .should(accessTargetWhere(describe("sleeps", ConventionTest::sleeps)))
                .check(TESTS);
    }

    /** The tag selects the suite in which tests of one configuration share an application. */
    @Test
    void testsOfTheRunningApplicationAreTagged() {
        classes()
                .that()
                .areAnnotatedWith(QuarkusTest.class)
                .should(satisfy(
                        "have the tag application, with a profile application-profile, or bench",
                        type -> type.tryGetAnnotationOfType(Tag.class)
                                .filter(tag -> tag.value().equals("bench")
                                        || tag.value()
                                                .equals(
                                                        type.isAnnotatedWith(TestProfile.class)
                                                                ? "application-profile"
                                                                : "application"))
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

    /** A nested class belongs to the bean that it is written in. */
    private static boolean isBean(JavaClass type) {
        return type.isAnnotatedWith(ApplicationScoped.class)
                || type.isAnnotatedWith(Singleton.class)
                || type.getEnclosingClass().filter(ConventionTest::isBean).isPresent();
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
}
