package dev.statecraft.migration.definition;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

class SemanticVersionTest {

    /** Section 11 of the specification, and numbers of any length. */
    @Test
    void precedenceIsThatOfTheSpecification() {
        List<String> ordered = List.of(
                "0.9.0",
                "1.0.0-0",
                "1.0.0-2",
                "1.0.0-10",
                "1.0.0-alpha",
                "1.0.0-alpha.1",
                "1.0.0-alpha.beta",
                "1.0.0-beta",
                "1.0.0-beta.2",
                "1.0.0-beta.11",
                "1.0.0-rc.1",
                "1.0.0",
                "1.9.0",
                "1.10.0",
                "2.0.0",
                "2.1.0",
                "2.1.1",
                "10.0.0",
                "99999999999999999999.0.0",
                "100000000000000000000.0.0");
        for (int a = 0; a < ordered.size(); a++) {
            for (int b = 0; b < ordered.size(); b++) {
                int order = SemanticVersion.of(ordered.get(a)).compareTo(SemanticVersion.of(ordered.get(b)));
                assertEquals(
                        Integer.signum(Integer.compare(a, b)),
                        Integer.signum(order),
                        ordered.get(a) + " " + ordered.get(b));
            }
        }
    }

    @Test
    void validVersionIsParsedAndFormattedUnchanged() {
        for (String text : List.of(
                "0.0.4",
                "1.2.3",
                "10.20.30",
                "1.1.2-prerelease",
                "1.0.0-alpha-a.b-c",
                "1.0.0-0A.is.legal",
                "1.0.0---R-S.12.9.1--.12",
                "1.2.3----RC-SNAPSHOT.12.9.1--.12")) {
            assertEquals(text, SemanticVersion.of(text).toString());
        }
    }

    @Test
    void invalidVersionIsRejected() {
        for (String text : List.of(
                "",
                "1",
                "1.2",
                "1.2.3-0123",
                "1.2.3-0123.0123",
                "1.1.2+.123",
                "+invalid",
                "-invalid",
                "alpha",
                "01.1.1",
                "1.01.1",
                "1.1.01",
                "1.2.3.DEV",
                "1.2-SNAPSHOT",
                "1.0.0-alpha..1",
                "1.0.0-",
                "v1.0.0",
                " 1.0.0",
                "1.0.0\n",
                "1.0.0-é",
                "1.0.0+build",
                "1.0.0-alpha+001",
                "1.0.0-" + "a".repeat(64))) {
            assertTrue(SemanticVersion.parse(text).isEmpty(), text);
        }
    }
}
