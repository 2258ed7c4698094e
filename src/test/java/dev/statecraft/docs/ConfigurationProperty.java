package dev.statecraft.docs;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import io.smallrye.config.WithParentName;
import java.io.IOException;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.lang.reflect.Method;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.math.BigDecimal;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A configuration property that the code reads.
 *
 * @param name full name
 * @param type type in words
 * @param value default; empty if there is none
 * @param description one paragraph of Markdown
 * @param group full name of the group that the property belongs to, such as {@code statecraft.leaderboard.receipts}
 * @param groupDescription description of the group
 */
record ConfigurationProperty(
        String name, String type, String value, String description, String group, String groupDescription) {

    private static final Path SOURCES = Path.of("src", "main", "java");

    private static final Properties SETTINGS = settings();

    private static final Pattern INJECTED = Pattern.compile(
            "@ConfigProperty\\(name = \"(statecraft[^\"]+)\"(?:, defaultValue = \"([^\"]*)\")?\\)\\s+([\\w<>]+) (\\w+)");

    /** All properties: of the mapping interfaces, and those that are injected one by one. */
    static List<ConfigurationProperty> all() {
        List<ConfigurationProperty> mapped = new ArrayList<>();
        List<ConfigurationProperty> injected = new ArrayList<>();
        try (Stream<Path> files = Files.walk(SOURCES)) {
            for (Path file : files.filter(path -> path.toString().endsWith(".java"))
                    .sorted()
                    .toList()) {
                String text = Files.readString(file);
                if (text.contains("@ConfigMapping(")) {
                    mapped(SourceJavadoc.read(file), mapped);
                }
                if (INJECTED.matcher(text).find()) {
                    injected(text, SourceJavadoc.read(file), injected);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        // Several classes may read a property; one of them describes it.
        injected.stream()
                .collect(Collectors.groupingBy(ConfigurationProperty::name))
                .values()
                .forEach(same -> mapped.add(same.stream()
                        .filter(one -> !one.description().isEmpty())
                        .findFirst()
                        .orElse(same.get(0))));
        return mapped;
    }

    boolean isSystemProperty() {
        return description.endsWith("a system property.");
    }

    String environmentVariable() {
        return name.replaceAll("[^A-Za-z0-9]", "_").toUpperCase(Locale.ROOT);
    }

    /** Values that dev mode and tests use instead of the default; empty if there are none. */
    String profiles() {
        String dev = SETTINGS.getProperty("%dev." + name, SETTINGS.getProperty("%dev,test." + name));
        String test = SETTINGS.getProperty("%test." + name, SETTINGS.getProperty("%dev,test." + name));
        if (dev != null && dev.equals(test)) {
            return " Dev mode and tests use `" + dev + "`.";
        }
        return (dev == null || dev.equals(value) ? "" : " Dev mode uses `" + dev + "`.")
                + (test == null ? "" : " Tests use `" + test + "`.");
    }

    private static void mapped(SourceJavadoc source, List<ConfigurationProperty> all) {
        source.types().keySet().forEach(name -> {
            Class<?> type = load(name);
            ConfigMapping mapping = type.getAnnotation(ConfigMapping.class);
            if (mapping != null) {
                group(source, type, mapping.prefix(), all);
            }
        });
    }

    private static void group(SourceJavadoc source, Class<?> type, String prefix, List<ConfigurationProperty> all) {
        String about = SourceJavadoc.markdown(source.types().get(type.getName()));
        List<Method> groups = new ArrayList<>();
        for (Map.Entry<String, String> documented :
                source.methods().get(type.getName()).entrySet()) {
            Method method = method(type, documented.getKey());
            if (method.isDefault() || method.getParameterCount() > 0) {
                continue;
            }
            if (source.types().containsKey(method.getReturnType().getName())) {
                groups.add(method);
                continue;
            }
            String name = method.isAnnotationPresent(WithParentName.class)
                    ? prefix
                    : prefix + "." + SourceJavadoc.kebab(method.getName());
            WithDefault value = method.getAnnotation(WithDefault.class);
            all.add(new ConfigurationProperty(
                    name,
                    type(method.getGenericReturnType()),
                    SETTINGS.getProperty(name, value == null ? "" : value.value()),
                    SourceJavadoc.markdown(documented.getValue()),
                    prefix,
                    about));
        }
        for (Method nested : groups) {
            group(source, nested.getReturnType(), prefix + "." + SourceJavadoc.kebab(nested.getName()), all);
        }
    }

    private static void injected(String text, SourceJavadoc source, List<ConfigurationProperty> all) {
        Matcher matcher = INJECTED.matcher(text);
        while (matcher.find()) {
            String name = matcher.group(1);
            String parameter = matcher.group(4);
            String description = source.methods().values().stream()
                    .flatMap(methods -> methods.values().stream())
                    .map(javadoc -> SourceJavadoc.parameter(javadoc, parameter))
                    .filter(found -> !found.isEmpty())
                    .findFirst()
                    .orElse("");
            String type = matcher.group(3);
            all.add(new ConfigurationProperty(
                    name,
                    type.contains("List") ? "list" : type.contains("boolean") ? "boolean" : "integer",
                    SETTINGS.getProperty(name, matcher.group(2) == null ? "" : matcher.group(2)),
                    description,
                    name.substring(0, name.lastIndexOf('.')),
                    ""));
        }
    }

    private static String type(Type type) {
        if (type instanceof ParameterizedType generic) {
            return generic.getRawType() == Optional.class ? type(generic.getActualTypeArguments()[0]) : "list";
        }
        Class<?> plain = (Class<?>) type;
        if (plain.isEnum()) {
            return Arrays.stream(plain.getEnumConstants())
                    .map(constant -> "`" + constant + "`")
                    .collect(Collectors.joining(", "));
        }
        if (plain == Duration.class) {
            return "duration";
        }
        if (plain == boolean.class || plain == Boolean.class) {
            return "boolean";
        }
        if (plain == int.class || plain == long.class) {
            return "integer";
        }
        if (plain == double.class || plain == BigDecimal.class) {
            return "number";
        }
        return plain == URI.class ? "URL" : "text";
    }

    private static Class<?> load(String name) {
        try {
            return Class.forName(name, false, ConfigurationProperty.class.getClassLoader());
        } catch (ClassNotFoundException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Method method(Class<?> type, String name) {
        return Arrays.stream(type.getDeclaredMethods())
                .filter(method -> method.getName().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalStateException(type + " has no method " + name));
    }

    private static Properties settings() {
        Path file = Path.of("src", "main", "resources", "application.properties");
        Properties settings = new Properties();
        try (Reader reader = Files.newBufferedReader(file, StandardCharsets.UTF_8)) {
            settings.load(reader);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return settings;
    }
}
