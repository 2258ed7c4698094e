package dev.statecraft.access;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** Marks a resource method that needs no scope. */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.METHOD)
public @interface NoScopeRequired {

    /** The callers that may call the method. */
    To value();

    /** Callers of a method that requires no scope. */
    enum To {
        /** Every caller, without a credential. The path must be one of {@code CallerFilter.OPEN_PATHS}. */
        EVERYONE,
        /** Every caller with an API key; tokens are rejected. */
        EVERY_KEY
    }
}
