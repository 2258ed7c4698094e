package dev.statecraft.access;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Which scope a resource method needs. A method that says neither this nor {@link Open} is answered with 403, whoever
 * asks.
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.METHOD)
public @interface Requires {

    /** What the credential has to hold. */
    Scope value();

    /** What of it a player's token reaches. */
    Players players() default Players.NOTHING;

    /** Whether a call is taken down in the audit trail, if it is an administrative one; false for everyday work. */
    boolean audited() default true;

    /** How far a player's token, which holds the scope, reaches into a route. */
    enum Players {
        /** The route is for servers only. */
        NOTHING,
        /** The board named in the path, if the token names it too. */
        NAMED_BOARD,
        /** The space named as {@code ?space=}, if the token names it too. */
        NAMED_SPACE,
        /** What belongs to the player named in the path, if it is the token's. */
        OWN,
        /** The body says what is asked for, so the resource holds it against the token itself. */
        WHAT_THE_RESOURCE_ALLOWS
    }
}
