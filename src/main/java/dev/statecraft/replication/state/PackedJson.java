package dev.statecraft.replication.state;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.JsonSerializable;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.jsontype.TypeSerializer;
import com.fasterxml.jackson.databind.util.TokenBuffer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.zip.DataFormatException;
import java.util.zip.Deflater;
import java.util.zip.Inflater;
import org.jspecify.annotations.Nullable;

/**
 * The stored form of a JSON value: UTF-8 text, compressed in the zlib format (RFC 1950) if that is smaller. The value
 * must not be modified. In a response it is written as the text that is stored, without parsing it.
 *
 * <p>Stored layout: one byte, 0 for plain or 1 for compressed; the length of the plain text in four bytes, most
 * significant byte first; the text.
 */
public final class PackedJson implements JsonSerializable {

    /** A threshold that turns compression off. */
    public static final int NEVER = Integer.MAX_VALUE;

    public static final JsonMapper MAPPER = JsonMapper.builder()
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
            .enable(JsonGenerator.Feature.WRITE_BIGDECIMAL_AS_PLAIN)
            .enable(JsonGenerator.Feature.COMBINE_UNICODE_SURROGATES_IN_UTF8)
            .build();

    private static final byte PLAIN = 0;
    private static final byte DEFLATED = 1;
    private static final int HEADER_BYTES = 5;

    private final byte[] stored;
    private final int plainBytes;
    private volatile @Nullable JsonNode value;

    private PackedJson(byte[] stored, int plainBytes, @Nullable JsonNode value) {
        this.stored = stored;
        this.plainBytes = plainBytes;
        this.value = value;
    }

    /**
     * Packs a value.
     *
     * @param thresholdBytes texts of fewer bytes are stored uncompressed; {@link #NEVER} for all texts
     */
    public static PackedJson of(JsonNode value, int thresholdBytes) {
        byte[] plain = text(value);
        byte[] deflated = plain.length < thresholdBytes ? plain : deflate(plain);
        boolean smaller = deflated.length < plain.length;
        byte[] body = smaller ? deflated : plain;
        byte[] stored = new byte[HEADER_BYTES + body.length];
        stored[0] = smaller ? DEFLATED : PLAIN;
        for (int i = 0; i < Integer.BYTES; i++) {
            stored[1 + i] = (byte) (plain.length >>> (8 * (Integer.BYTES - 1 - i)));
        }
        System.arraycopy(body, 0, stored, HEADER_BYTES, body.length);
        return new PackedJson(stored, plain.length, value);
    }

    /** Reads the bytes that {@link #bytes()} returned. */
    public static PackedJson stored(byte[] stored) {
        int plainBytes = 0;
        for (int i = 0; i < Integer.BYTES; i++) {
            plainBytes = (plainBytes << 8) | (stored[1 + i] & 0xff);
        }
        return new PackedJson(stored, plainBytes, null);
    }

    /** The bytes to store. */
    public byte[] bytes() {
        return stored.clone();
    }

    /** The number of stored bytes. */
    public int storedBytes() {
        return stored.length;
    }

    /** The number of bytes of the plain text. */
    public int plainBytes() {
        return plainBytes;
    }

    /** Whether the text is stored compressed. */
    public boolean isDeflated() {
        return stored[0] == DEFLATED;
    }

    /** The value, which is parsed at the first call. */
    public JsonNode value() {
        JsonNode known = value;
        if (known == null) {
            known = read();
            value = known;
        }
        return known;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof PackedJson packed && Arrays.equals(stored, packed.stored);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(stored);
    }

    @Override
    public String toString() {
        return value().toString();
    }

    /** The UTF-8 text of a value without white space. */
    public static byte[] text(JsonNode value) {
        try {
            return MAPPER.writeValueAsBytes(value);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a JSON tree can be written", e);
        }
    }

    @Override
    public void serialize(JsonGenerator out, SerializerProvider provider) throws IOException {
        if (out instanceof TokenBuffer) {
            // A tree has no place for text.
            provider.defaultSerializeValue(value(), out);
        } else {
            out.writeRawValue(new String(plain(), StandardCharsets.UTF_8));
        }
    }

    @Override
    public void serializeWithType(JsonGenerator out, SerializerProvider provider, TypeSerializer type)
            throws IOException {
        serialize(out, provider);
    }

    private byte[] plain() {
        return isDeflated() ? inflate() : Arrays.copyOfRange(stored, HEADER_BYTES, stored.length);
    }

    private JsonNode read() {
        try {
            return MAPPER.readTree(plain());
        } catch (IOException e) {
            throw new UncheckedIOException("stored JSON cannot be read", e);
        }
    }

    private static byte[] deflate(byte[] plain) {
        Deflater deflater = new Deflater();
        try {
            deflater.setInput(plain);
            deflater.finish();
            ByteArrayOutputStream out = new ByteArrayOutputStream(plain.length / 2);
            byte[] buffer = new byte[8_192];
            while (!deflater.finished()) {
                out.write(buffer, 0, deflater.deflate(buffer));
            }
            return out.toByteArray();
        } finally {
            deflater.end();
        }
    }

    private byte[] inflate() {
        Inflater inflater = new Inflater();
        try {
            inflater.setInput(stored, HEADER_BYTES, stored.length - HEADER_BYTES);
            byte[] plain = new byte[plainBytes];
            int length = inflater.inflate(plain);
            if (length != plainBytes) {
                throw new IllegalStateException("stored JSON is cut short: " + length + " of " + plainBytes);
            }
            return plain;
        } catch (DataFormatException e) {
            throw new IllegalStateException("stored JSON is corrupt", e);
        } finally {
            inflater.end();
        }
    }
}
