package dev.statecraft;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.lang.SimpleConditionEvent.violated;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ConditionEvents;
import java.util.Set;
import java.util.function.Predicate;

/** The compiled classes of the project and the predicates that the tests of its structure share. */
final class CodeModel {

    static final String ROOT = "dev.statecraft";

    static final JavaClasses MAIN = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages(ROOT);

    static final JavaClasses TESTS = new ClassFileImporter()
            .withImportOption(new ImportOption.OnlyIncludeTests())
            .importPackages(ROOT);

    private static final Set<String> FEATURES =
            Set.of("leaderboard", "rating", "replication", "migration", "integration", "erasure");

    static final DescribedPredicate<JavaClass> FEATURE =
            describe("of a feature", type -> FEATURES.contains(featureOf(type)));

    /** A class that reads or writes DynamoDB, or the static mapper between its items and records. */
    static final DescribedPredicate<JavaClass> STORE = resideInAPackage(ROOT + "..")
            .and(describe(
                    "a Store",
                    type -> topLevelName(type).matches(".*(Store|Items)")
                            && !featureOf(type).equals("table")));

    static final DescribedPredicate<JavaClass> RESOURCE =
            describe("a Resource", type -> topLevelName(type).endsWith("Resource"));

    private CodeModel() {}

    /** The package below the root; empty for the root itself. */
    static String packageOf(JavaClass type) {
        String name = type.getPackageName();
        return name.equals(ROOT) ? "" : name.startsWith(ROOT + ".") ? name.substring(ROOT.length() + 1) : name;
    }

    /** The first part of the package below the root. */
    static String featureOf(JavaClass type) {
        String name = packageOf(type);
        int dot = name.indexOf('.');
        return dot < 0 ? name : name.substring(0, dot);
    }

    /** The name of the class whose file a class is written in: nested, local and anonymous classes belong to it. */
    static String topLevelName(JavaClass type) {
        String name = fileOf(type);
        return name.substring(name.lastIndexOf('.') + 1);
    }

    /** The full name of the class whose file a class is written in. */
    static String fileOf(JavaClass type) {
        String name = type.getBaseComponentType().getFullName();
        int nested = name.indexOf('$');
        return nested > 0 ? name.substring(0, nested) : name;
    }

    static ArchCondition<JavaClass> satisfy(String description, Predicate<JavaClass> holds) {
        return new ArchCondition<>(description) {
            @Override
            public void check(JavaClass type, ConditionEvents events) {
                if (!holds.test(type)) {
                    events.add(violated(type, type.getName() + " should " + description));
                }
            }
        };
    }

    /** Whether a class may depend on another. */
    interface Rule {
        boolean allows(JavaClass type, JavaClass target);
    }

    static ArchCondition<JavaClass> dependOnlyOn(String description, Rule rule) {
        return new ArchCondition<>("depend only on " + description) {
            @Override
            public void check(JavaClass type, ConditionEvents events) {
                for (Dependency dependency : type.getDirectDependenciesFromSelf()) {
                    if (!rule.allows(type, dependency.getTargetClass().getBaseComponentType())) {
                        events.add(violated(dependency, dependency.getDescription()));
                    }
                }
            }
        };
    }
}
