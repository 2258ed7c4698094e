package dev.statecraft.local.template;

import java.io.IOException;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;

/**
 * The resources that CloudFormation creates from template.yaml with the given parameters: those whose condition holds,
 * with {@code !Ref} to a parameter, {@code !If} and conditions evaluated. References to resources become their names.
 */
final class StackResources {

    private static final String NO_VALUE = "AWS::NoValue";

    private final Map<?, ?> template;
    private final Map<String, String> parameters;

    private StackResources(Map<?, ?> template, Map<String, String> parameters) {
        this.template = template;
        this.parameters = parameters;
    }

    /** Properties by logical id of the resources of a type. */
    static Map<String, Map<?, ?>> of(String type, Map<String, String> parameters) {
        try (Reader reader = Files.newBufferedReader(ProjectFiles.template())) {
            Map<?, ?> root = new Yaml(new CloudFormationTags(new LoaderOptions())).load(reader);
            return new StackResources(root, parameters).ofType(type);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Map<String, Map<?, ?>> ofType(String type) {
        Map<String, Map<?, ?>> found = new TreeMap<>();
        section("Resources").forEach((id, value) -> {
            Map<?, ?> resource = (Map<?, ?>) value;
            Object condition = resource.get("Condition");
            if (type.equals(resource.get("Type")) && (condition == null || holds(condition.toString()))) {
                found.put(id.toString(), (Map<?, ?>) evaluated(resource.get("Properties")));
            }
        });
        return found;
    }

    private Map<?, ?> section(String name) {
        return (Map<?, ?>) template.get(name);
    }

    private boolean holds(String condition) {
        return (Boolean) evaluated(section("Conditions").get(condition));
    }

    private Object evaluated(@Nullable Object value) {
        if (value instanceof List<?> list) {
            return list.stream().map(this::evaluated).toList();
        }
        if (!(value instanceof Map<?, ?> map)) {
            return value == null ? NO_VALUE : value;
        }
        if (map.size() == 1) {
            String function = map.keySet().iterator().next().toString();
            Object argument = map.values().iterator().next();
            switch (function) {
                case "Ref" -> {
                    return reference(argument.toString());
                }
                case "GetAtt", "Sub" -> {
                    return argument;
                }
                case "Condition" -> {
                    return holds(argument.toString());
                }
                case "Equals" -> {
                    List<?> sides = (List<?>) evaluated(argument);
                    return sides.get(0).toString().equals(sides.get(1).toString());
                }
                case "Not" -> {
                    return !(Boolean) ((List<?>) evaluated(argument)).get(0);
                }
                case "Or" -> {
                    return ((List<?>) evaluated(argument)).contains(true);
                }
                case "If" -> {
                    List<?> branches = (List<?>) argument;
                    return evaluated(branches.get(holds(branches.get(0).toString()) ? 1 : 2));
                }
                default -> {
                    // A property whose value has one member.
                }
            }
        }
        Map<String, Object> properties = new TreeMap<>();
        map.forEach((name, property) -> properties.put(name.toString(), evaluated(property)));
        properties.values().removeIf(NO_VALUE::equals);
        return properties;
    }

    private Object reference(String name) {
        Object parameter = section("Parameters").get(name);
        return parameter == null
                ? name
                : parameters.getOrDefault(name, String.valueOf(((Map<?, ?>) parameter).get("Default")));
    }
}
