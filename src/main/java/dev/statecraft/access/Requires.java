package dev.statecraft.access;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * The scope that a resource method requires. A method with neither this annotation nor {@link NoScopeRequired} responds with 403
 * to every caller.
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.METHOD)
public @interface Requires {

    /** The required scope. */
    Scope value();

    /** What a player token with the scope may access. */
    Players players() default Players.NOTHING;

    /** Whether an administrative call is recorded in the audit trail; false for high-volume gameplay calls. */
    boolean audited() default true;

    /** Access of player tokens that have the required scope. */
    enum Players {
        /** The route is for servers only. */
        NOTHING,
        /** The board in the path, if the token names it. */
        NAMED_BOARD,
        /** The space in the query parameter {@code space}, if the token names it. */
        NAMED_SPACE,
        /** Data of the player in the path, if the token belongs to that player. */
        OWN,
        /** The resource itself checks the token, because the body names the target. */
        WHAT_THE_RESOURCE_ALLOWS
    }
}
