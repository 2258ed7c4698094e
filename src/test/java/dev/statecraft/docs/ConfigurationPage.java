package dev.statecraft.docs;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Writes {@code reference/configuration.md} from the mapping interfaces and their Javadoc. */
final class ConfigurationPage {

    private static final String INTRODUCTION = """
            Every property that Statecraft reads, by feature, with its environment variable, type, default and meaning.

            ## How to set a property

            - **On AWS**, add the environment variable to the function in `template.yaml`, or under `Globals` for all
              functions, and deploy the stack again. Several variables follow from [parameters of the
              stack](stack.md#parameters).
            - **In dev mode**, pass the property: `./mvnw quarkus:dev -Dstatecraft.replication.longest-wait=5s`. The
              environment variable works, too.
            - **For every environment**, add the property to `src/main/resources/application.properties` and build again.

            The name of the environment variable is the name of the property in upper case, with `_` for every other
            character: `statecraft.leaderboard.board-cache` is `STATECRAFT_LEADERBOARD_BOARD_CACHE`.

            | Type | Examples |
            | --- | --- |
            | boolean | `true`, `false` |
            | integer, number | `1000`, `0.5` |
            | duration | `500ms`, `10s`, `5m`, `1h`, `7d`, or ISO 8601: `PT1M30S` |
            | list | values separated by commas |

            Set a property that several functions read under `Globals`, so that all functions use the same value. An
            instance reads its configuration when it starts, and does not start with a value of the wrong type.
            """;

    /**
     * A section of the page.
     *
     * @param sentence what the section is about; if empty, the Javadoc of the mapping interface
     * @param groups prefixes of its properties
     */
    private record Section(String heading, String sentence, List<String> groups) {

        boolean covers(ConfigurationProperty property) {
            return groups.stream()
                    .anyMatch(group ->
                            property.group().equals(group) || property.group().startsWith(group + "."));
        }
    }

    private static final List<Section> SECTIONS = List.of(
            new Section("Leaderboards", "", List.of("statecraft.leaderboard")),
            new Section(
                    "State replication",
                    "Entities, spaces, feeds and sockets, and the sessions of entities.",
                    List.of("statecraft.replication", "statecraft.session")),
            new Section("Data migration", "", List.of("statecraft.migration")),
            new Section("System integration", "", List.of("statecraft.integration")),
            new Section("Erasure", "", List.of("statecraft.erasure")),
            new Section("Access", "", List.of("statecraft.access")),
            new Section(
                    "HTTP and sockets",
                    "Limits of requests, pages of other origins, and the addresses of the WebSocket API.",
                    List.of("statecraft.limits", "statecraft.cors", "statecraft.socket")),
            new Section(
                    "Database",
                    "Names of the tables, and how an instance calls DynamoDB and combines writes.",
                    List.of("statecraft.tables", "statecraft.parallel", "statecraft.combining")),
            new Section(
                    "AWS",
                    "Settings of the functions of a stack; `template.yaml` makes most of them.",
                    List.of(
                            "statecraft.metrics",
                            "statecraft.lambda",
                            "statecraft.migration-machine",
                            "statecraft.schedule")),
            new Section(
                    "Dev mode and tests",
                    "The packaged artifact does not read these properties.",
                    List.of("statecraft.local", "statecraft")));

    /** Read as a system property by the code that starts DynamoDB Local, before any configuration exists. */
    private static final ConfigurationProperty DYNAMODB_LOCAL = new ConfigurationProperty(
            "statecraft.dynamodb-local.jvm",
            "text",
            "",
            "JVM options of the DynamoDB Local process, separated by spaces; a system property.",
            "statecraft.local",
            "");

    private ConfigurationPage() {}

    static String text() {
        List<ConfigurationProperty> left = new ArrayList<>(ConfigurationProperty.all());
        left.add(DYNAMODB_LOCAL);
        StringBuilder page = new StringBuilder("# Configuration\n\n").append(INTRODUCTION);
        for (Section section : SECTIONS) {
            List<ConfigurationProperty> own =
                    left.stream().filter(section::covers).toList();
            left.removeAll(own);
            write(page, section, own);
        }
        if (!left.isEmpty()) {
            write(page, new Section("Other", "Properties of further parts.", List.of()), left);
        }
        return page.toString();
    }

    private static void write(StringBuilder page, Section section, List<ConfigurationProperty> own) {
        String sentence = section.sentence().isEmpty() ? own.get(0).groupDescription() : section.sentence();
        page.append("\n## ").append(section.heading()).append("\n\n");
        page.append(ReferencePagesTest.wrapped(sentence)).append('\n');
        Map<String, List<ConfigurationProperty>> tables = new LinkedHashMap<>();
        tables.put("", new ArrayList<>());
        for (ConfigurationProperty property : own) {
            boolean nested = !property.groupDescription().isEmpty()
                    && !section.groups().contains(property.group())
                    && !section.groups().isEmpty();
            tables.computeIfAbsent(nested ? property.group() : "", group -> new ArrayList<>())
                    .add(property);
        }
        tables.forEach((group, properties) -> {
            if (!group.isEmpty()) {
                page.append("\n### ").append(group).append("\n\n");
                page.append(ReferencePagesTest.wrapped(properties.get(0).groupDescription()))
                        .append('\n');
            }
            page.append('\n').append(table(properties));
        });
    }

    private static MarkdownTable table(List<ConfigurationProperty> properties) {
        MarkdownTable table = new MarkdownTable("Property, environment variable", "Type", "Default", "Description");
        for (ConfigurationProperty property : properties) {
            table.row(
                    MarkdownTable.code(property.name())
                            + (property.isSystemProperty()
                                    ? ""
                                    : " " + MarkdownTable.code(property.environmentVariable())),
                    property.type(),
                    property.value().isEmpty() ? "none" : MarkdownTable.code(property.value()),
                    property.description() + property.profiles());
        }
        return table;
    }
}
