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
public @interface Open {

    /** Who may call. */
    To value();

    /** Who may call a method without a scope. */
    enum To {
        /** Anybody, without a credential. The path has to be one of {@link CallerFilter#OPEN_PATHS}. */
        EVERYONE,
        /** Whoever holds a key; no token will do. */
        EVERY_KEY
    }
}
