package dev.statecraft.docs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The README is one page, and its promises name the tests that hold them. */
class ReadmeTest {

    private static final int MAX_LINES = 120;

    private static final int MAX_WORDS = 900;

    private static final Pattern WORD = Pattern.compile("\\S+");

    private final MarkdownPage readme = MarkdownPage.read(Path.of("README.md"));

    @Test
    void readmeIsOnePage() {
        long words = readme.lines().stream()
                .mapToLong(line -> WORD.matcher(line).results().count())
                .sum();
        assertTrue(readme.lines().size() <= MAX_LINES, readme.lines().size() + " lines");
        assertTrue(words <= MAX_WORDS, words + " words");
    }

    @Test
    void everyPromiseNamesATest() {
        List<String> promises =
                readme.prose().stream().filter(line -> line.startsWith("- [")).toList();
        assertEquals(6, promises.size());
        promises.forEach(promise -> assertTrue(promise.contains("Test.java)"), promise));
    }
}
