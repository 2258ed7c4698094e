package dev.statecraft.docs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.statecraft.lambda.Metrics;
import dev.statecraft.local.template.Template;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Compares the pages of operate/ with template.yaml and the metrics of the functions. */
class OperatePagesTest {

    private static final Path TEMPLATE = Path.of("template.yaml");
    private static final Pattern ALARM_NAME = Pattern.compile("AlarmName: !Sub \"\\$\\{AWS::StackName}-([\\w-]+)\"");
    private static final Pattern METRIC = Pattern.compile("`([A-Z]\\w+)`");

    private static final Pattern NAME = Pattern.compile("(\\w+)");

    @Test
    void everyAlarm_hasARowAndASection() throws IOException {
        Set<String> alarms = found(ALARM_NAME, Files.readString(TEMPLATE));
        assertFalse(alarms.isEmpty());
        String page = page("alarms");
        for (String alarm : alarms) {
            String heading = alarm.replace('-', ' ');
            assertTrue(page.contains("| [`<stack>-" + alarm + "`](#" + alarm + ") |"), alarm + " has no row");
            assertTrue(page.toLowerCase(Locale.ROOT).contains("\n### " + heading + "\n"), alarm + " has no section");
        }
    }

    @Test
    void everyMetric_isDescribed() throws IOException {
        String page = page("alarms");
        String section = page.substring(page.indexOf("\n## Metrics\n"), page.indexOf("\n## Cost\n"));
        Set<String> described = section.lines()
                .filter(line -> line.startsWith("| `"))
                .flatMap(row -> found(METRIC, row).stream())
                .collect(Collectors.toCollection(TreeSet::new));
        assertEquals(new TreeSet<>(Metrics.NAMES), described);
        assertTrue(page.contains("at most " + Metrics.NAMES.size() + " |"), "number of custom metrics");
    }

    /** What the page restores are all tables but those that are built again. */
    @Test
    void restore_namesEveryTable() throws IOException {
        String page = page("backup-and-restore");
        int start = page.indexOf("TABLES=\"") + "TABLES=\"".length();
        Set<String> restored = found(NAME, page.substring(start, page.indexOf('"', start)));
        Set<String> tables = new TreeSet<>();
        for (Template.Table table : Template.ofProject().tables()) {
            tables.add(table.name());
            // The commands of the page derive the logical id from the name.
            String id = table.name().substring(0, 1).toUpperCase(Locale.ROOT)
                    + table.name().substring(1) + "Table";
            assertEquals(id, table.logicalId());
            assertTrue(table.ttlAttribute() == null || table.ttlAttribute().equals("ttl"), id);
        }
        tables.removeAll(Set.of("ranks", "connections", "intents"));
        assertEquals(tables, restored);
    }

    private static String page(String name) throws IOException {
        return Files.readString(MarkdownPage.GUIDES.resolve(Path.of("operate", name + ".md")));
    }

    private static Set<String> found(Pattern pattern, String text) {
        return pattern.matcher(text)
                .results()
                .map((MatchResult match) -> match.group(1))
                .collect(Collectors.toCollection(TreeSet::new));
    }
}
