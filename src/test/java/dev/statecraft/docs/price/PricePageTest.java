package dev.statecraft.docs.price;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The computed tables of the price page and of the performance page are those that the measured capacity, the list
 * prices, the load profiles and the template give. {@code -Ddocs.write} writes them into the pages.
 */
class PricePageTest {

    private static final Pattern PLACE =
            Pattern.compile("(<!-- table: ([\\w-]+) -->\\n).*?(<!-- end -->)", Pattern.DOTALL);

    private static final Path README = Path.of("README.md");
    private static final Pattern SENTENCE = Pattern.compile("A month costs about .*? storage apart\\.", Pattern.DOTALL);

    @ParameterizedTest
    @ValueSource(strings = {"price", "performance"})
    void computedTables_areThoseOfThePage(String page) throws IOException {
        Path file = Path.of("src/site/markdown", page + ".md");
        String text = Files.readString(file);
        Map<String, String> tables = new PriceTables().all();
        Matcher place = PLACE.matcher(text);
        StringBuilder computed = new StringBuilder();
        int found = 0;
        while (place.find()) {
            String table = tables.get(place.group(2));
            assertTrue(table != null, "no table " + place.group(2));
            place.appendReplacement(
                    computed, Matcher.quoteReplacement(place.group(1) + "\n" + table + "\n" + place.group(3)));
            found++;
        }
        place.appendTail(computed);
        assertTrue(found > 0, page + " has no computed table");
        if (System.getProperty("docs.write") != null) {
            Files.writeString(file, computed.toString());
        } else {
            assertEquals(computed.toString(), text, page + " is stale: run PricePageTest with -Ddocs.write");
        }
    }

    @Test
    void readme_saysThePriceOfAMonth() throws IOException {
        String text = Files.readString(README);
        Matcher said = SENTENCE.matcher(text);
        assertTrue(said.find(), "no price in README.md");
        String computed = new PriceTables().sentence();
        if (System.getProperty("docs.write") != null) {
            int middle = computed.indexOf(' ', 110);
            String lines = computed.substring(0, middle) + "\n" + computed.substring(middle + 1);
            Files.writeString(README, said.replaceFirst(Matcher.quoteReplacement(lines)));
        } else {
            assertEquals(computed, said.group().replace('\n', ' '), "run PricePageTest with -Ddocs.write");
        }
    }

    @Test
    void everyPrice_hasASourceAndEvidence() {
        new PriceModel().prices().path("prices").properties().forEach(price -> {
            String name = price.getKey();
            JsonNode entry = price.getValue();
            assertTrue(entry.path("dollars").isNumber() && entry.path("per").asDouble() > 0, name);
            assertTrue(entry.path("source").asText().startsWith("https://"), name);
            assertTrue(entry.path("evidence").asText().matches("(verified: |as of \\d{4}, not re-checked).*"), name);
        });
    }

    @Test
    void everyProfile_countsOnlyMeasuredOperations() {
        PriceModel model = new PriceModel();
        List<String> counted = new ArrayList<>();
        model.load().path("profiles").forEach(profile -> List.of("perPlayerDay", "perPlayerMonth", "perMonth")
                .forEach(part -> profile.path(part).fieldNames().forEachRemaining(counted::add)));
        TreeSet<String> measured = new TreeSet<>();
        model.operations().fieldNames().forEachRemaining(measured::add);
        assertTrue(measured.containsAll(counted), () -> counted + " of " + measured);
    }

    @Test
    void idleStack_costsLessThanACentAMonth() {
        double dollars = new IdleBill(new PriceModel(), new IdleStack(Map.of())).listed();
        assertTrue(dollars < 0.01, () -> "$" + dollars);
    }

    @Test
    void busyOperation_costsNoMoreThanAloneOne() {
        PriceModel model = new PriceModel();
        model.operations().fieldNames().forEachRemaining(operation -> {
            double alone = model.quiet(operation).total();
            double together = model.busy(operation).total();
            assertTrue(together <= alone * 1.02, () -> operation + ": " + together + " > " + alone);
        });
    }
}
