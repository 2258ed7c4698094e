package dev.statecraft.openapi;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.eclipse.microprofile.openapi.OASFactory;
import org.eclipse.microprofile.openapi.models.OpenAPI;
import org.eclipse.microprofile.openapi.models.Operation;
import org.eclipse.microprofile.openapi.models.media.Content;
import org.eclipse.microprofile.openapi.models.media.Schema;
import org.jboss.jandex.AnnotationInstance;
import org.jboss.jandex.ClassInfo;
import org.jboss.jandex.DotName;
import org.jboss.jandex.IndexView;
import org.jboss.jandex.RecordComponentInfo;
import org.jspecify.annotations.Nullable;

/** The part of the OpenAPI document about schemas. */
final class ContractSchemas {

    private static final String COMMON = "CommonFields";
    private static final String PREFIX = "#/components/schemas/";

    /** Prefix of the schemas of JSON trees, set by {@code mp.openapi.schema}. Common fields describe fields of these types. */
    private static final String TREES = PREFIX + "JsonTree";

    /** The records of the index by the name of their schema. */
    private final Map<String, List<ClassInfo>> records;

    ContractSchemas(IndexView index) {
        records = index.getKnownClasses().stream()
                .filter(ClassInfo::isRecord)
                .collect(Collectors.groupingBy(ContractSchemas::nameOf));
    }

    /** Adds shared field descriptions, closes the schemas of requests, and marks the required fields of responses. */
    void complete(OpenAPI document) {
        Map<String, Schema> schemas =
                new LinkedHashMap<>(document.getComponents().getSchemas());
        Schema common = schemas.remove(COMMON);
        schemas.keySet().removeIf(name -> (PREFIX + name).startsWith(TREES));
        document.getComponents().setSchemas(schemas);
        Set<String> requests = new HashSet<>();
        operations(document)
                .filter(operation -> operation.getRequestBody() != null)
                .forEach(operation -> reach(operation.getRequestBody().getContent(), schemas, requests));
        schemas.forEach((name, schema) -> {
            if (schema.getProperties() == null) {
                return;
            }
            Map<String, Schema> properties = new LinkedHashMap<>(schema.getProperties());
            ClassInfo type = record(name, properties.keySet());
            if (type != null) {
                properties.replaceAll((field, property) ->
                        described(property, new FieldContext(name, field, requests.contains(name)), common));
                if (requests.contains(name)) {
                    schema.setAdditionalPropertiesSchema(
                            OASFactory.createSchema().booleanSchema(false));
                } else {
                    schema.setRequired(always(type, properties.keySet()));
                }
            }
            properties.values().forEach(ContractSchemas::clearRedundantType);
            schema.setProperties(properties);
        });
    }

    private static Stream<Operation> operations(OpenAPI document) {
        return document.getPaths().getPathItems().values().stream()
                .flatMap(path -> path.getOperations().values().stream());
    }

    /** The record of a schema; null if the schema is not of a record. */
    private @Nullable ClassInfo record(String name, Set<String> fields) {
        // The index of an application and its tests contains some classes twice.
        Map<DotName, ClassInfo> found = new TreeMap<>();
        records.getOrDefault(name, List.of()).forEach(type -> found.put(type.name(), type));
        if (found.size() > 1) {
            // A record outside the API may have the same name.
            found.values().removeIf(type -> !type.recordComponents().stream()
                    .map(RecordComponentInfo::name)
                    .toList()
                    .containsAll(fields));
        }
        if (found.size() > 1) {
            throw new IllegalStateException("Several records have the name " + name + ": " + found.keySet());
        }
        return found.isEmpty() ? null : found.values().iterator().next();
    }

    private static String nameOf(ClassInfo type) {
        AnnotationInstance schema = type.declaredAnnotation(
                DotName.createSimple(org.eclipse.microprofile.openapi.annotations.media.Schema.class));
        return schema == null || schema.value("name") == null
                ? type.simpleName()
                : schema.value("name").asString();
    }

    /** The fields that are always present. */
    private static @Nullable List<String> always(ClassInfo type, Set<String> fields) {
        List<String> always = type.recordComponentsInDeclarationOrder().stream()
                .filter(component -> fields.contains(component.name()) && !isNullable(component))
                .map(RecordComponentInfo::name)
                .toList();
        return always.isEmpty() ? null : always;
    }

    private static boolean isNullable(RecordComponentInfo component) {
        return component.type().annotations().stream()
                .anyMatch(annotation -> annotation.name().equals(DotName.createSimple(Nullable.class)));
    }

    private static void reach(@Nullable Content content, Map<String, Schema> schemas, Set<String> reached) {
        if (content == null) {
            return;
        }
        Deque<Schema> pending = new ArrayDeque<>();
        content.getMediaTypes().values().forEach(media -> {
            if (media.getSchema() != null) {
                pending.add(media.getSchema());
            }
        });
        while (!pending.isEmpty()) {
            Schema schema = pending.remove();
            String ref = schema.getRef();
            if (ref != null
                    && ref.startsWith(PREFIX)
                    && !isTree(schema)
                    && reached.add(ref.substring(PREFIX.length()))) {
                pending.add(Objects.requireNonNull(schemas.get(ref.substring(PREFIX.length())), ref));
            }
            if (schema.getProperties() != null) {
                pending.addAll(schema.getProperties().values());
            }
            Stream.of(schema.getItems(), schema.getAdditionalPropertiesSchema())
                    .filter(Objects::nonNull)
                    .forEach(pending::add);
        }
    }

    /** A field of a schema, and whether the schema is part of a request. */
    private record FieldContext(String schema, String field, boolean request) {}

    /** The field with its description for this schema, or the shared description of all fields with its name. */
    private static Schema described(Schema property, FieldContext context, Schema common) {
        Map<String, Schema> all = common.getProperties();
        String own = context.schema() + "." + context.field();
        Schema shared = all.containsKey(own) ? all.get(own) : all.get(context.field());
        if (isTree(property)) {
            return Objects.requireNonNull(shared, () -> "No description of " + own);
        }
        if (property.getItems() != null && isTree(property.getItems())) {
            property.setItems(all.get(context.field() + ".items"));
        }
        if (shared != null) {
            fill(property, shared, context.request());
        }
        return property;
    }

    private static boolean isTree(Schema schema) {
        return schema.getRef() != null && schema.getRef().startsWith(TREES);
    }

    /** Fills missing attributes of a field from the shared description. */
    private static void fill(Schema property, Schema common, boolean request) {
        if (property.getDescription() == null) {
            property.setDescription(common.getDescription());
        }
        boolean text = property.getType() == null || property.getType().contains(Schema.SchemaType.STRING);
        // Responses may contain values that requests may not, such as the id of an erased player.
        if (request && property.getRef() == null && common.getRef() != null && text && property.getPattern() == null) {
            property.setRef(common.getRef());
        }
        if (property.getRef() != null
                || property.getType() == null
                || !property.getType().equals(common.getType())) {
            return;
        }
        if (property.getMinimum() == null) {
            property.setMinimum(common.getMinimum());
        }
        if (property.getMaximum() == null) {
            property.setMaximum(common.getMaximum());
        }
        if (property.getMinLength() == null) {
            property.setMinLength(common.getMinLength());
        }
        if (property.getMaxLength() == null) {
            property.setMaxLength(common.getMaxLength());
        }
    }

    /** Removes the type of a property that refers to a schema. */
    private static void clearRedundantType(Schema property) {
        if (property.getRef() != null) {
            property.setType(null);
        }
        if (property.getItems() != null) {
            clearRedundantType(property.getItems());
        }
    }
}
