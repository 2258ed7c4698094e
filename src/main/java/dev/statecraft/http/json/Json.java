package dev.statecraft.http.json;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.ser.std.StdSerializer;
import io.quarkus.jackson.ObjectMapperCustomizer;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;

/**
 * Configuration of the application's JSON mapper: null values are omitted, times are ISO-8601 in UTC with milliseconds,
 * decimals are plain numbers without exponent. The mapper ignores unknown fields, because events of AWS may contain
 * further fields; {@code RequestJson} is strict for requests.
 */
@Singleton
public class Json implements ObjectMapperCustomizer {

    private static final DateTimeFormatter MILLIS =
            new DateTimeFormatterBuilder().appendInstant(3).toFormatter();

    /** Runs after the modules of Quarkus: the last registered serializer of a type is used. */
    @Override
    public int priority() {
        return MINIMUM_PRIORITY;
    }

    @Override
    public void customize(ObjectMapper mapper) {
        mapper.setDefaultPropertyInclusion(JsonInclude.Include.NON_NULL)
                .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
                .registerModule(new SimpleModule("statecraft").addSerializer(new Millis()));
        mapper.setConfig(mapper.getDeserializationConfig().without(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES));
        mapper.setConfig(mapper.getSerializationConfig()
                .with(JsonGenerator.Feature.WRITE_BIGDECIMAL_AS_PLAIN)
                .with(JsonGenerator.Feature.COMBINE_UNICODE_SURROGATES_IN_UTF8));
    }

    private static final class Millis extends StdSerializer<Instant> {

        private static final long serialVersionUID = 1L;

        private Millis() {
            super(Instant.class);
        }

        @Override
        public void serialize(Instant time, JsonGenerator out, SerializerProvider provider) throws IOException {
            out.writeString(MILLIS.format(time));
        }
    }
}
