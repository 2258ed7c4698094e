package dev.statecraft.local;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * A field of type {@code Supplier<double[]>} of a test with {@link DynamoDbLocalResource} on the model: the read units and
 * the write units that all requests to the database have consumed until now, those of rejected requests included.
 */
@Target(ElementType.FIELD)
@Retention(RetentionPolicy.RUNTIME)
public @interface ConsumedUnits {}
