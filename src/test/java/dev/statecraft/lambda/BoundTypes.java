package dev.statecraft.lambda;

import com.fasterxml.jackson.databind.BeanDescription;
import com.fasterxml.jackson.databind.DeserializationConfig;
import com.fasterxml.jackson.databind.JavaType;
import com.fasterxml.jackson.databind.JsonDeserializer;
import com.fasterxml.jackson.databind.JsonSerializer;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationConfig;
import com.fasterxml.jackson.databind.deser.BeanDeserializerBuilder;
import com.fasterxml.jackson.databind.deser.BeanDeserializerModifier;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.ser.BeanPropertyWriter;
import com.fasterxml.jackson.databind.ser.BeanSerializerModifier;
import io.quarkus.jackson.ObjectMapperCustomizer;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * Records the classes that the application's JSON mapper reads or writes by their members, and the enums: those a
 * native executable has to have registered. Copies of the mapper, such as those for requests and for Lambda events,
 * record as well.
 */
@Singleton
public class BoundTypes implements ObjectMapperCustomizer {

    private static final Set<Class<?>> BOUND = ConcurrentHashMap.newKeySet();
    private static final Set<Class<?>> CHECKED = ConcurrentHashMap.newKeySet();

    @Override
    public void customize(ObjectMapper mapper) {
        mapper.registerModule(new SimpleModule("bound-types")
                .setSerializerModifier(new Written())
                .setDeserializerModifier(new Read()));
    }

    /** Names of types that are bound since the last call and that the build does not register. */
    static Set<String> unregistered(Supplier<Set<String>> registered) {
        List<Class<?>> fresh = BOUND.stream().filter(CHECKED::add).toList();
        if (fresh.isEmpty()) {
            return Set.of();
        }
        Set<String> names = registered.get();
        return fresh.stream()
                .map(Class::getName)
                .filter(type -> !names.contains(type))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /** Whether a class has been read or written. */
    static boolean isBound(Class<?> type) {
        return BOUND.contains(type);
    }

    private static final class Written extends BeanSerializerModifier {

        private static final long serialVersionUID = 1L;

        @Override
        public List<BeanPropertyWriter> changeProperties(
                SerializationConfig config, BeanDescription bean, List<BeanPropertyWriter> properties) {
            BOUND.add(bean.getBeanClass());
            return properties;
        }

        @Override
        public JsonSerializer<?> modifyEnumSerializer(
                SerializationConfig config, JavaType type, BeanDescription bean, JsonSerializer<?> serializer) {
            BOUND.add(bean.getBeanClass());
            return serializer;
        }
    }

    private static final class Read extends BeanDeserializerModifier {

        private static final long serialVersionUID = 1L;

        @Override
        public BeanDeserializerBuilder updateBuilder(
                DeserializationConfig config, BeanDescription bean, BeanDeserializerBuilder builder) {
            BOUND.add(bean.getBeanClass());
            return builder;
        }

        @Override
        public JsonDeserializer<?> modifyEnumDeserializer(
                DeserializationConfig config, JavaType type, BeanDescription bean, JsonDeserializer<?> deserializer) {
            BOUND.add(bean.getBeanClass());
            return deserializer;
        }
    }
}
