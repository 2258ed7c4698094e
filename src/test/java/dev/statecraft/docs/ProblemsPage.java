package dev.statecraft.docs;

import static dev.statecraft.docs.MarkdownTable.code;

import com.fasterxml.jackson.databind.JsonNode;
import dev.statecraft.openapi.ApiDocument;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** Writes {@code reference/problems.md} from {@code infra/openapi.yaml}. */
final class ProblemsPage {

    private static final String INTRODUCTION = """
            Every type of problem: its status, what it means, what the caller does, and which operations return it.

            An error response is a problem details object (RFC 9457) with the media type `application/problem+json`. Decide by
            `type`, which is stable: `/problems/board-exists` is described under [board-exists](#board-exists). `title` and
            `detail` are for people and may change.

            A rejected frame of a socket has the same object in `problem`. A rejected item of a batch or a sync has it in its
            result, with the types of the operation for a single item: `updatePlayerScore`, `updateEntity`.

            ```json Problem
            {
              "type": "/problems/bad-request",
              "title": "The request is malformed",
              "status": 400,
              "detail": "The field playerId is missing.",
              "instance": "/v1/leaderboards/arena/scores",
              "field": "playerId"
            }
            ```

            ## Which problems to retry

            | Status | Retry |
            | --- | --- |
            | 400, 403, 404, 405, 406, 413, 414, 415, 422, 431 | No. Correct the request first. |
            | 401 | After the credential was replaced. |
            | 409, 412 | After the state was read again; `current` often has it. See each type. |
            | 429, 503 | Yes, the same request after `Retry-After` seconds. |
            | 500 | Yes, with the same idempotency id. |
            """;

    private static final String PREFIX = "problem.";

    private ProblemsPage() {}

    static String text() {
        JsonNode components = ApiDocument.committed().root().path("components");
        StringBuilder page = new StringBuilder("# Problems\n\n").append(INTRODUCTION);
        page.append("\n## Fields\n\n").append(fields(components)).append("\n`current` has the fields that apply:\n\n");
        page.append(table(components.at("/schemas/StoredVersion")));
        page.append("\n## Types\n\n").append(overview(components));
        Map<String, Set<String>> operations = operations(components);
        int all = (int) ApiDocument.committed().calls().stream()
                .filter(ProblemsPage::requiresCredential)
                .count();
        components.path("examples").properties().forEach(entry -> {
            if (entry.getKey().startsWith(PREFIX)) {
                String type = entry.getKey().substring(PREFIX.length());
                write(page, type, entry.getValue(), operations.getOrDefault(type, Set.of()), all);
            }
        });
        return page.toString();
    }

    private static MarkdownTable fields(JsonNode components) {
        return table(components.at("/schemas/Problem"));
    }

    private static MarkdownTable table(JsonNode schema) {
        MarkdownTable table = new MarkdownTable("Field", "Type", "Description");
        schema.path("properties").properties().forEach(field -> {
            String reference = field.getValue().path("$ref").asText();
            table.row(
                    code(field.getKey()),
                    reference.isEmpty() ? field.getValue().path("type").asText("any") : "object",
                    field.getValue().path("description").asText());
        });
        return table;
    }

    private static String overview(JsonNode components) {
        Map<String, List<String>> byStatus = new TreeMap<>();
        components.path("examples").properties().forEach(entry -> {
            if (entry.getKey().startsWith(PREFIX)) {
                String type = entry.getKey().substring(PREFIX.length());
                byStatus.computeIfAbsent(status(type, entry.getValue()), status -> new ArrayList<>())
                        .add("[" + type + "](#" + type + ")");
            }
        });
        MarkdownTable table = new MarkdownTable("Status", "Types");
        byStatus.forEach((status, types) -> table.row(status, String.join(", ", types)));
        return table.toString();
    }

    private static String status(String type, JsonNode problem) {
        return type.equals("refused")
                ? "other 4xx"
                : problem.at("/value/status").asText();
    }

    private static void write(StringBuilder page, String type, JsonNode problem, Set<String> operations, int all) {
        page.append("\n### ").append(type).append("\n\n");
        page.append("**").append(status(type, problem)).append("** ");
        page.append(problem.path("summary").asText()).append("\n");
        problem.path("description").asText().lines().forEach(paragraph -> {
            if (!paragraph.isBlank()) {
                page.append('\n').append(ReferencePagesTest.wrapped(paragraph)).append('\n');
            }
        });
        String returned = operations.isEmpty() ? "" : "Returned by " + list(operations, all) + ".";
        if (!returned.isEmpty()) {
            page.append('\n').append(ReferencePagesTest.wrapped(returned)).append('\n');
        }
    }

    private static String list(Set<String> operations, int all) {
        if (operations.size() >= all) {
            return "every operation";
        }
        // Most operations with a body share some problems; their names would not help.
        if (operations.size() > all / 2 || operations.size() > 30) {
            return "most operations";
        }
        return String.join(", ", operations.stream().map(MarkdownTable::code).toList());
    }

    private static boolean requiresCredential(ApiDocument.Call call) {
        return call.path().startsWith("/v1/") && call.node().path("responses").has("400");
    }

    /** The operations that return a problem, by type. */
    private static Map<String, Set<String>> operations(JsonNode components) {
        Map<String, Set<String>> operations = new TreeMap<>();
        for (ApiDocument.Call call : ApiDocument.committed().calls()) {
            call.node().path("responses").forEach(response -> {
                JsonNode resolved = response.has("$ref")
                        ? components.at(response.path("$ref").asText().replace("#/components", ""))
                        : response;
                Set<String> types = new HashSet<>();
                resolved.path("x-problem-types").forEach(type -> types.add(type.asText()));
                types.forEach(type -> operations
                        .computeIfAbsent(type, same -> new TreeSet<>())
                        .add(call.id()));
            });
        }
        return operations;
    }
}
