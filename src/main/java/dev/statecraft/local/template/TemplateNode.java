package dev.statecraft.local.template;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A node of a CloudFormation template with resolved functions. A missing node has no children.
 *
 * @param path path of the node, for error messages
 * @param root the whole template, for the lookup of parameters
 * @param value the YAML value, or null
 */
record TemplateNode(
        String path, @Nullable Object root, @Nullable Object value) {

    private static final String NO_VALUE = "AWS::NoValue";

    TemplateNode {
        value = resolved(root, value);
    }

    TemplateNode at(String name) {
        return new TemplateNode(path + "." + name, root, value instanceof Map<?, ?> map ? map.get(name) : null);
    }

    Map<String, TemplateNode> children() {
        Map<String, TemplateNode> children = new LinkedHashMap<>();
        if (value instanceof Map<?, ?> map) {
            map.keySet().forEach(key -> children.put(String.valueOf(key), at(String.valueOf(key))));
        }
        return children;
    }

    List<TemplateNode> elements() {
        return value instanceof List<?> list
                ? list.stream()
                        .map(element -> new TemplateNode(path + "[]", root, element))
                        .toList()
                : List.of();
    }

    @Nullable String textOrNull() {
        return value == null ? null : value.toString();
    }

    String text() {
        if (value == null) {
            throw new IllegalArgumentException(path + " is missing");
        }
        return value.toString();
    }

    int integer(int fallback) {
        return value == null ? fallback : Integer.parseInt(value.toString());
    }

    boolean flag() {
        return value != null && Boolean.parseBoolean(value.toString());
    }

    private static @Nullable Object resolved(@Nullable Object root, @Nullable Object value) {
        if (!(value instanceof Map<?, ?> map) || map.size() != 1) {
            return value;
        }
        Map.Entry<?, ?> call = map.entrySet().iterator().next();
        Object argument = call.getValue();
        return switch (String.valueOf(call.getKey())) {
            case "Ref" -> reference(root, String.valueOf(argument));
            case "Sub", "Fn::Sub" -> argument instanceof List<?> list ? list.get(0) : argument;
            case "GetAtt", "Fn::GetAtt" ->
                argument instanceof List<?> list ? list.get(0) + "." + list.get(1) : argument;
            case "If", "Fn::If" -> argument instanceof List<?> list ? resolved(root, list.get(1)) : argument;
            default -> value;
        };
    }

    private static @Nullable Object reference(@Nullable Object root, String name) {
        if (name.equals(NO_VALUE)) {
            return null;
        }
        if (root instanceof Map<?, ?> template
                && template.get("Parameters") instanceof Map<?, ?> parameters
                && parameters.get(name) instanceof Map<?, ?> parameter) {
            return parameter.get("Default");
        }
        return name;
    }
}
