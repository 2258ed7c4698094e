package dev.statecraft.testing;

import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * The tests of a class use DynamoDB Local in place of the model: they are about what DynamoDB does, or hold one path
 * through a feature on a database that is not ours.
 */
@Inherited
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
public @interface OnDynamoDbLocal {}
