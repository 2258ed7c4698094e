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

/** The part of {@link ContractFilter} that is about schemas. */
final class ContractSchemas {

    private static final String COMMON = "CommonFields";
    private static final String PREFIX = "#/components/schemas/";

    /** What Jackson's trees are called; a field of such a type is what the common fields say. */
    private static final String JACKSON = PREFIX + "com.fasterxml.jackson.databind.";

    private final IndexView index;

    ContractSchemas(IndexView index) {
        this.index = index;
    }

    /** Says of every field what all fields of its name are, of requests that they are closed, of answers what is always there. */
    void complete(OpenAPI document) {
        Map<String, Schema> schemas =
                new LinkedHashMap<>(document.getComponents().getSchemas());
        Schema common = schemas.remove(COMMON);
        schemas.keySet().removeIf(name -> (PREFIX + name).startsWith(JACKSON));
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
                        described(property, new Place(name, field, requests.contains(name)), common));
                if (requests.contains(name)) {
                    schema.setAdditionalPropertiesSchema(
                            OASFactory.createSchema().booleanSchema(false));
                } else {
                    schema.setRequired(always(type, properties.keySet()));
                }
            }
            properties.values().forEach(ContractSchemas::settle);
            schema.setProperties(properties);
        });
    }

    private static Stream<Operation> operations(OpenAPI document) {
        return document.getPaths().getPathItems().values().stream()
                .flatMap(path -> path.getOperations().values().stream());
    }

    /** The record that a schema is read from; null if it is none. */
    private @Nullable ClassInfo record(String name, Set<String> fields) {
        // The index of an application and its tests holds some classes twice.
        Map<DotName, ClassInfo> found = new TreeMap<>();
        index.getKnownClasses().stream()
                .filter(type -> type.isRecord() && name.equals(nameOf(type)))
                .forEach(type -> found.put(type.name(), type));
        if (found.size() > 1) {
            // What is not part of the API may be called the same.
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

    /** The fields that are never missing. */
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
        Deque<Schema> left = new ArrayDeque<>();
        content.getMediaTypes().values().forEach(media -> {
            if (media.getSchema() != null) {
                left.add(media.getSchema());
            }
        });
        while (!left.isEmpty()) {
            Schema schema = left.remove();
            String ref = schema.getRef();
            if (ref != null
                    && ref.startsWith(PREFIX)
                    && !isTree(schema)
                    && reached.add(ref.substring(PREFIX.length()))) {
                left.add(Objects.requireNonNull(schemas.get(ref.substring(PREFIX.length())), ref));
            }
            if (schema.getProperties() != null) {
                left.addAll(schema.getProperties().values());
            }
            Stream.of(schema.getItems(), schema.getAdditionalPropertiesSchema())
                    .filter(Objects::nonNull)
                    .forEach(left::add);
        }
    }

    /** Which field of which schema it is about. */
    private record Place(String schema, String field, boolean request) {}

    /** The field with what is said of it for this schema, or else for all fields of its name. */
    private static Schema described(Schema property, Place place, Schema common) {
        Map<String, Schema> all = common.getProperties();
        String own = place.schema() + "." + place.field();
        Schema shared = all.containsKey(own) ? all.get(own) : all.get(place.field());
        if (isTree(property)) {
            return Objects.requireNonNull(shared, () -> "No description of " + own);
        }
        if (property.getItems() != null && isTree(property.getItems())) {
            property.setItems(all.get(place.field() + ".items"));
        }
        if (shared != null) {
            fill(property, shared, place.request());
        }
        return property;
    }

    private static boolean isTree(Schema schema) {
        return schema.getRef() != null && schema.getRef().startsWith(JACKSON);
    }

    /** Where the field itself says nothing, what all fields of its name are. */
    private static void fill(Schema property, Schema common, boolean request) {
        if (property.getDescription() == null) {
            property.setDescription(common.getDescription());
        }
        boolean text = property.getType() == null || property.getType().contains(Schema.SchemaType.STRING);
        // What an answer tells, such as who a player was that is erased, nobody may send.
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

    /** What refers to a schema needs no type of its own. */
    private static void settle(Schema property) {
        if (property.getRef() != null) {
            property.setType(null);
        }
        if (property.getItems() != null) {
            settle(property.getItems());
        }
    }
}
