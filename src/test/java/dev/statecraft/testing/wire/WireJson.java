package dev.statecraft.testing.wire;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.core.SdkField;
import software.amazon.awssdk.core.SdkPojo;
import software.amazon.awssdk.core.protocol.MarshallingType;
import software.amazon.awssdk.core.traits.ListTrait;
import software.amazon.awssdk.core.traits.MapTrait;
import software.amazon.awssdk.core.util.SdkAutoConstructList;
import software.amazon.awssdk.core.util.SdkAutoConstructMap;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.utils.builder.Buildable;

/**
 * Converts the SDK's requests and responses from and to AWS JSON 1.0, by the description of their fields. Blobs are
 * base64, times are seconds with milliseconds, a collection that nobody set is left out.
 */
final class WireJson {

    private static final int MILLIS = 3;

    private WireJson() {}

    /** Sets the fields of a builder from an object and builds it. Unknown fields are ignored, as AWS does. */
    static Object read(JsonNode json, SdkPojo builder) {
        for (SdkField<?> field : builder.sdkFields()) {
            JsonNode value = json.get(field.locationName());
            if (value != null && !value.isNull()) {
                field.set(builder, value(value, field));
            }
        }
        return ((Buildable) builder).build();
    }

    /** Most of what requests and responses contain. Reads the usual types without looking for each of the others. */
    private static Object attribute(JsonNode json, AttributeValue.Builder builder) {
        if (json.size() == 1) {
            Map.Entry<String, JsonNode> only = json.properties().iterator().next();
            JsonNode value = only.getValue();
            if (only.getKey().equals("S") && value.isTextual()) {
                return AttributeValue.fromS(value.textValue());
            } else if (only.getKey().equals("N") && value.isTextual()) {
                return AttributeValue.fromN(value.textValue());
            }
        }
        return read(required(json.isObject(), json), builder);
    }

    private static @Nullable Object value(JsonNode json, SdkField<?> field) {
        MarshallingType<?> type = field.marshallingType();
        if (json.isNull()) {
            return null;
        } else if (type == MarshallingType.SDK_POJO) {
            SdkPojo builder = field.constructor().get();
            return builder instanceof AttributeValue.Builder attribute
                    ? attribute(json, attribute)
                    : read(required(json.isObject(), json), builder);
        } else if (type == MarshallingType.LIST) {
            required(json.isArray(), json);
            SdkField<?> element = field.getTrait(ListTrait.class).memberFieldInfo();
            List<Object> list = new ArrayList<>(json.size());
            json.forEach(entry -> list.add(value(entry, element)));
            return list;
        } else if (type == MarshallingType.MAP) {
            required(json.isObject(), json);
            SdkField<?> element = field.getTrait(MapTrait.class).valueFieldInfo();
            Map<String, Object> map = new LinkedHashMap<>();
            json.properties().forEach(entry -> map.put(entry.getKey(), value(entry.getValue(), element)));
            return map;
        }
        return scalar(json, type);
    }

    private static Object scalar(JsonNode json, MarshallingType<?> type) {
        if (type == MarshallingType.STRING) {
            return required(json.isTextual(), json).textValue();
        } else if (type == MarshallingType.BOOLEAN) {
            return required(json.isBoolean(), json).booleanValue();
        } else if (type == MarshallingType.SDK_BYTES) {
            try {
                return SdkBytes.fromByteArray(required(json.isTextual(), json).binaryValue());
            } catch (IOException notBase64) {
                throw new IllegalArgumentException("no base64: " + json, notBase64);
            }
        }
        required(json.isNumber(), json);
        if (type == MarshallingType.INTEGER) {
            return json.intValue();
        } else if (type == MarshallingType.LONG) {
            return json.longValue();
        } else if (type == MarshallingType.DOUBLE) {
            return json.doubleValue();
        } else if (type == MarshallingType.INSTANT) {
            return Instant.ofEpochMilli(
                    json.decimalValue().movePointRight(MILLIS).longValue());
        }
        throw new IllegalArgumentException("a type that DynamoDB does not use: " + type.getTargetClass());
    }

    private static JsonNode required(boolean condition, JsonNode json) {
        if (!condition) {
            throw new IllegalArgumentException("unexpected type: " + json);
        }
        return json;
    }

    /** Writes an object with the fields that are set. */
    static void write(SdkPojo pojo, JsonGenerator out) throws IOException {
        out.writeStartObject();
        writeFields(pojo, out);
        out.writeEndObject();
    }

    /** Writes the fields that are set into the current object. */
    static void writeFields(SdkPojo pojo, JsonGenerator out) throws IOException {
        for (SdkField<?> field : pojo.sdkFields()) {
            Object value = field.getValueOrDefault(pojo);
            if (value != null && !(value instanceof SdkAutoConstructList) && !(value instanceof SdkAutoConstructMap)) {
                out.writeFieldName(field.locationName());
                writeValue(value, out);
            }
        }
    }

    /** Writes the usual types without looking at each of the others. */
    private static void writeAttribute(AttributeValue value, JsonGenerator out) throws IOException {
        out.writeStartObject();
        switch (value.type()) {
            case S -> out.writeStringField("S", value.s());
            case N -> out.writeStringField("N", value.n());
            case M -> {
                out.writeFieldName("M");
                writeValue(value.m(), out);
            }
            case B, BOOL, BS, L, NS, NUL, SS, UNKNOWN_TO_SDK_VERSION -> writeFields(value, out);
        }
        out.writeEndObject();
    }

    private static void writeValue(@Nullable Object value, JsonGenerator out) throws IOException {
        if (value == null) {
            out.writeNull();
        } else if (value instanceof AttributeValue attribute) {
            writeAttribute(attribute, out);
        } else if (value instanceof SdkPojo pojo) {
            write(pojo, out);
        } else if (value instanceof String text) {
            out.writeString(text);
        } else if (value instanceof List<?> list) {
            out.writeStartArray();
            for (Object element : list) {
                writeValue(element, out);
            }
            out.writeEndArray();
        } else if (value instanceof Map<?, ?> map) {
            out.writeStartObject();
            for (Map.Entry<?, ?> entry : map.entrySet()) {
                out.writeFieldName((String) entry.getKey());
                writeValue(entry.getValue(), out);
            }
            out.writeEndObject();
        } else if (value instanceof SdkBytes bytes) {
            out.writeBinary(bytes.asByteArrayUnsafe());
        } else if (value instanceof Boolean flag) {
            out.writeBoolean(flag);
        } else if (value instanceof Integer || value instanceof Long) {
            out.writeNumber(((Number) value).longValue());
        } else if (value instanceof Double number) {
            out.writeNumber(number);
        } else if (value instanceof Instant time) {
            out.writeNumber(BigDecimal.valueOf(time.toEpochMilli(), MILLIS));
        } else {
            throw new IllegalArgumentException("a type that DynamoDB does not use: " + value.getClass());
        }
    }
}
