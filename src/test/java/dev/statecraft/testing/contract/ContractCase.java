package dev.statecraft.testing.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.function.Executable;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.DynamoDbException;
import software.amazon.awssdk.services.dynamodb.model.Get;
import software.amazon.awssdk.services.dynamodb.model.TransactGetItem;
import software.amazon.awssdk.services.dynamodb.model.TransactWriteItem;

/** A part of the contract: its tables, a partition key for each test, and short forms of values and requests. */
abstract class ContractCase {

    private static final Duration LAG_LIMIT = Duration.ofSeconds(30);
    private static final AtomicInteger PARTITIONS = new AtomicInteger();
    private static final Pattern PLACEHOLDER = Pattern.compile(":[a-zA-Z0-9_]+");

    /** A partition key that no other test uses. */
    final String pk = "p" + PARTITIONS.incrementAndGet();

    abstract ContractTables tables();

    DynamoDbClient db() {
        return tables().database().client();
    }

    void needs(Capability capability) {
        Assumptions.assumeTrue(tables().database().can(capability), () -> "needs " + capability);
    }

    static AttributeValue s(String value) {
        return AttributeValue.fromS(value);
    }

    static AttributeValue n(long value) {
        return AttributeValue.fromN(Long.toString(value));
    }

    static AttributeValue n(String value) {
        return AttributeValue.fromN(value);
    }

    static AttributeValue b(int... bytes) {
        byte[] value = new byte[bytes.length];
        for (int i = 0; i < bytes.length; i++) {
            value[i] = (byte) bytes[i];
        }
        return AttributeValue.fromB(SdkBytes.fromByteArray(value));
    }

    static AttributeValue bool(boolean value) {
        return AttributeValue.fromBool(value);
    }

    static AttributeValue nul() {
        return AttributeValue.fromNul(true);
    }

    static AttributeValue ss(String... values) {
        return AttributeValue.fromSs(List.of(values));
    }

    static AttributeValue ns(String... values) {
        return AttributeValue.fromNs(List.of(values));
    }

    static AttributeValue list(AttributeValue... values) {
        return AttributeValue.fromL(List.of(values));
    }

    static AttributeValue map(Object... namesAndValues) {
        return AttributeValue.fromM(attributes(namesAndValues));
    }

    /** Attributes from names and values by turns. */
    static Map<String, AttributeValue> attributes(Object... namesAndValues) {
        Map<String, AttributeValue> attributes = new HashMap<>();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            attributes.put((String) namesAndValues[i], (AttributeValue) namesAndValues[i + 1]);
        }
        return attributes;
    }

    Map<String, AttributeValue> key(String sk) {
        return attributes("pk", s(pk), "sk", s(sk));
    }

    Map<String, AttributeValue> item(String sk, Object... namesAndValues) {
        Map<String, AttributeValue> item = key(sk);
        item.putAll(attributes(namesAndValues));
        return item;
    }

    /** Puts an item into the table of items. */
    Map<String, AttributeValue> put(String sk, Object... namesAndValues) {
        Map<String, AttributeValue> item = item(sk, namesAndValues);
        db().putItem(r -> r.tableName(tables().items).item(item));
        return item;
    }

    static TransactWriteItem writing(Consumer<TransactWriteItem.Builder> write) {
        return TransactWriteItem.builder().applyMutation(write).build();
    }

    static TransactGetItem reading(Consumer<Get.Builder> read) {
        return TransactGetItem.builder().get(read).build();
    }

    /** Reads an item of the table of items consistently; empty if it does not exist. */
    Map<String, AttributeValue> get(String sk) {
        return db().getItem(r -> r.tableName(tables().items).key(key(sk)).consistentRead(true))
                .item();
    }

    /** The attribute of an item that the test expects to have it. */
    static AttributeValue required(Map<String, AttributeValue> item, String name) {
        return Objects.requireNonNull(item.get(name), () -> name + " of " + item);
    }

    /** Those of the values that the expressions name, because DynamoDB rejects others. */
    static Map<String, AttributeValue> used(Map<String, AttributeValue> values, String... expressions) {
        Map<String, AttributeValue> used = new HashMap<>();
        for (String expression : expressions) {
            Matcher matcher = PLACEHOLDER.matcher(expression);
            while (matcher.find()) {
                AttributeValue value = values.get(matcher.group());
                if (value != null) {
                    used.put(matcher.group(), value);
                }
            }
        }
        return used;
    }

    /** Asserts that a request is rejected as invalid. */
    static void invalid(Executable request) {
        DynamoDbException rejected = assertThrows(DynamoDbException.class, request);
        assertEquals("ValidationException", rejected.awsErrorDetails().errorCode(), rejected::getMessage);
        assertEquals(400, rejected.statusCode());
    }

    static List<String> strings(List<Map<String, AttributeValue>> items, String attribute) {
        return items.stream().map(item -> required(item, attribute).s()).toList();
    }

    /** Repeats an assertion until it holds, for at most half a minute; asserts once if the database cannot lag. */
    void eventually(Capability immediate, Runnable assertion) {
        long deadline = System.nanoTime() + LAG_LIMIT.toNanos();
        while (true) {
            try {
                assertion.run();
                return;
            } catch (AssertionError notYet) {
                if (tables().database().can(immediate) || System.nanoTime() - deadline > 0) {
                    throw notYet;
                }
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(100));
            }
        }
    }

    static String repeated(char character, int times) {
        char[] characters = new char[times];
        Arrays.fill(characters, character);
        return new String(characters);
    }
}
