package dev.statecraft.openapi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.statecraft.http.RequestVariants;
import dev.statecraft.http.RequestVariants.Field;
import dev.statecraft.http.RequestVariants.Variant;
import dev.statecraft.local.DynamoDbLocalResource;
import dev.statecraft.local.LocalRuntime;
import dev.statecraft.table.TableNames;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;

/**
 * Sends every field of every request with every unusual value. The fields are read from the OpenAPI document. A value
 * that the schema rejects must be rejected without a write. A value that the schema allows must not cause a 5xx.
 */
@QuarkusTest
@Tag("application")
@WithTestResource(DynamoDbLocalResource.class)
class ApiFieldTest {

    private static final ObjectMapper JSON = new ObjectMapper();

    /** Operations whose request is signed over its body, so that a changed body is rejected for its signature. */
    private static final Set<String> SIGNED = Set.of("receiveRobloxWebhook");

    /** Operations that process each item of a batch independently: valid items are written next to rejected ones. */
    private static final Set<String> INDEPENDENT_ITEMS = Set.of("updatePlayerScores");

    @Inject
    LocalRuntime local;

    @Inject
    DynamoDbClient dynamoDb;

    @Inject
    TableNames tables;

    @TestHTTPResource
    URI root;

    private QuickCalls calls;

    private final DocumentedAnswers documented = new DocumentedAnswers(ApiDocument.committed());

    @BeforeEach
    void open() {
        calls = new QuickCalls(root);
    }

    @Test
    void invalidFields_areRejectedAndChangeNothing() {
        ApiDocument document = ApiDocument.committed();
        RequestVariants variants = new RequestVariants(document);
        ApiWorld world = new ApiWorld(document, local, "fields");
        new ApiPlay(world).run();
        // Create the board and the entity again that the play deleted at its end.
        for (String id : List.of("createLeaderboard", "createEntity")) {
            ApiDocument.Call call = document.call(id);
            world.request(call, document.requestExample(call).toString(), "");
        }
        world.rest();
        List<String> faults = Collections.synchronizedList(new ArrayList<>());
        List<Variant> all = document.calls().stream()
                .filter(call -> !document.requestSchema(call).isMissingNode() && !SIGNED.contains(call.id()))
                .flatMap(call -> variants.of(call).stream())
                .toList();
        assertTrue(all.size() > 3_000, () -> all.size() + " requests");
        List<Variant> invalid = all.stream().filter(variant -> !variant.valid()).toList();
        Map<String, Map<Object, Object>> before = everything();
        sendInvalid(world, invalid.stream().filter(variant -> !isOfBatch(variant)), faults);
        world.rest();
        Map<String, Map<Object, Object>> after = everything();
        if (!before.equals(after)) {
            faults.add("A rejected request wrote: " + difference(before, after));
        }
        sendInvalid(world, invalid.stream().filter(ApiFieldTest::isOfBatch), faults);
        sendAllowed(world, all.stream().filter(Variant::valid).toList(), faults);
        assertEquals("", String.join("\n", faults));
    }

    private static boolean isOfBatch(Variant variant) {
        return INDEPENDENT_ITEMS.contains(variant.call().id());
    }

    /** Sends variants while the streams rest: they have no records of rejected requests, but each request wakes them. */
    private void sendInvalid(ApiWorld world, Stream<Variant> variants, List<String> faults) {
        local.pump().pause();
        try {
            variants.parallel().forEach(variant -> {
                int status = send(world, variant, faults);
                if (status < 400) {
                    faults.add(variant + " is accepted with " + status);
                }
            });
        } finally {
            local.pump().resume();
        }
    }

    /** Variants that lose every race against a concurrent one are answered with 503 and are sent again, alone. */
    private void sendAllowed(ApiWorld world, List<Variant> variants, List<String> faults) {
        List<Variant> busy = Collections.synchronizedList(new ArrayList<>());
        variants.parallelStream().filter(variant -> !waits(variant)).forEach(variant -> {
            List<String> found = new ArrayList<>();
            if (send(world, variant, found) == 503) {
                busy.add(variant);
            } else {
                faults.addAll(found);
            }
        });
        busy.forEach(variant -> send(world, variant, faults));
        // Each of them waits for the session that the one before holds, unless that session is ended.
        for (Variant variant : variants.stream().filter(ApiFieldTest::waits).toList()) {
            send(world, variant, faults);
            endSession(world);
        }
    }

    /** Whether a request waits for a session that another variant holds. */
    private static boolean waits(Variant variant) {
        return variant.call().id().equals("startSession")
                && variant.body().path("waitMillis").asLong() > 0;
    }

    /** Takes the session of the entity over, and ends it. */
    private void endSession(ApiWorld world) {
        ApiDocument.Call start = ApiDocument.committed().call("startSession");
        String path = world.path(start);
        QuickCalls.Answer taken = calls.send(
                start.method(), path, world.key(), "{\"holder\": \"last\", \"steal\": true}", "application/json");
        String ended = path + (path.contains("?") ? "&" : "?") + "fence="
                + taken.json().path("fence").asText();
        assertEquals(
                204,
                calls.send("DELETE", ended, world.key(), null, "application/json")
                        .status(),
                ended);
    }

    /** Luau encodes every empty table as an empty array. */
    @Test
    void emptyArray_isReadAsEmptyObject() {
        ApiDocument document = ApiDocument.committed();
        RequestVariants variants = new RequestVariants(document);
        ApiWorld world = new ApiWorld(document, local, "lists");
        List<String> faults = new ArrayList<>();
        int objects = 0;
        for (ApiDocument.Call call : document.calls()) {
            if (document.requestSchema(call).isMissingNode() || SIGNED.contains(call.id())) {
                continue;
            }
            Pattern.compile("\\{([^}]*)}").matcher(call.path()).results().forEach(parameter -> world.parameters()
                    .putIfAbsent(parameter.group(1), "none"));
            JsonNode request = variants.withObjects(call);
            for (Field field : variants.objects(call)) {
                objects++;
                String wanted = outcome(
                        world,
                        call,
                        RequestVariants.changed(request, field.path(), JsonNodeFactory.instance.objectNode()));
                String found = outcome(
                        world,
                        call,
                        RequestVariants.changed(request, field.path(), JsonNodeFactory.instance.arrayNode()));
                if (!found.equals(wanted)) {
                    faults.add(call + " " + field + ": " + found + " instead of " + wanted);
                }
            }
        }
        assertTrue(objects > 30, objects + " objects");
        assertEquals("", String.join("\n", faults));
    }

    /** The response to a request without the parts that depend on earlier requests. */
    private String outcome(ApiWorld world, ApiDocument.Call call, JsonNode body) {
        QuickCalls.Answer answer =
                calls.send(call.method(), world.path(call), world.key(), body.toString(), "application/json");
        return answer.status() == 400
                ? "400 " + answer.json().path("field") + " " + answer.json().path("detail")
                : answer.status() < 300 || answer.status() == 409 || isReused(answer) ? "done" : "" + answer.status();
    }

    /** Whether an earlier variant of the request, which has the same id, was applied. */
    private static boolean isReused(QuickCalls.Answer answer) {
        return answer.status() == 422 && answer.json().path("type").asText().equals("/problems/id-reused");
    }

    /** Sends a variant and returns the status of the response, or of its first item in a batch. */
    private int send(ApiWorld world, Variant variant, List<String> faults) {
        ApiDocument.Call call = variant.call();
        HttpResponse<byte[]> response = calls.exchange(
                call.method(),
                world.path(call),
                world.key(),
                RequestVariants.written(variant.body()),
                "application/json");
        byte[] body = response.body();
        int status = response.statusCode();
        if (status >= 500) {
            faults.add(variant + " returns " + status + " " + new String(body, StandardCharsets.UTF_8));
        }
        String type = response.headers().firstValue("Content-Type").orElse(null);
        try {
            documented.check(call, status, type, body);
        } catch (AssertionError e) {
            // The response does not match the document.
            faults.add(variant + ": " + e.getMessage());
            return 400;
        }
        try {
            // A batch returns the status of each item in its results.
            return type != null && type.startsWith("application/json")
                    ? JSON.readTree(body).at("/results/0/status").asInt(status)
                    : status;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** All items of all tables, without API keys, rate limits and the audit trail. */
    private Map<String, Map<Object, Object>> everything() {
        Map<String, Map<Object, Object>> all = new TreeMap<>();
        for (String table : dynamoDb.listTables().tableNames()) {
            if (table.equals(tables.access()) || table.equals(tables.limits())) {
                continue;
            }
            Map<Object, Object> items = new LinkedHashMap<>();
            dynamoDb.scanPaginator(scan -> scan.tableName(table).consistentRead(true))
                    .items()
                    .forEach(item -> {
                        if (item.get("pk").s().endsWith("#audit")) {
                            return;
                        }
                        items.put(List.of(item.get("pk"), item.get("sk") == null ? "" : item.get("sk")), item);
                    });
            all.put(table, items);
        }
        return all;
    }

    private static @Nullable Object difference(
            Map<String, Map<Object, Object>> before, Map<String, Map<Object, Object>> after) {
        for (String table : after.keySet()) {
            for (Map.Entry<Object, Object> item : after.get(table).entrySet()) {
                if (!item.getValue().equals(before.get(table).get(item.getKey()))) {
                    return table + " " + item;
                }
            }
        }
        return "an item was deleted";
    }
}
