package dev.statecraft;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.tngtech.archunit.core.domain.JavaClass;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.platform.suite.api.SelectClasses;

/** The two suites name the classes that have their tags: a class that neither names would not run. */
class TaggedClassesTest {

    @Test
    void suites_nameTheTaggedClasses() {
        assertEquals(tagged("application"), named(ApplicationTests.class));
        assertEquals(tagged("application-profile"), named(ApplicationProfileTests.class));
    }

    private static Set<String> tagged(String tag) {
        return CodeModel.TESTS.stream()
                .filter(type -> type.isAnnotatedWith(Tag.class))
                .filter(type -> type.getAnnotationOfType(Tag.class).value().equals(tag))
                .map(JavaClass::getName)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static Set<String> named(Class<?> suite) {
        return new TreeSet<>(Set.of(suite.getAnnotation(SelectClasses.class).names()));
    }
}
