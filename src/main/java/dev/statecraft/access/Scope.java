package dev.statecraft.access;

import java.util.Arrays;
import java.util.Collections;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/** Scopes of credentials. No scope implies another: a key that reads and writes needs both scopes. */
public enum Scope {
    BOARD_READ,
    BOARD_WRITE,
    BOARD_ADMIN,
    STATE_READ,
    STATE_WRITE,
    STATE_ADMIN,
    MIGRATE_READ,
    MIGRATE_RUN,
    SYSTEM_READ,
    SYSTEM_ADMIN;

    /** All scopes. */
    public static final Set<Scope> ALL = Collections.unmodifiableSet(EnumSet.allOf(Scope.class));

    private final String text = name().toLowerCase(Locale.ROOT).replace('_', ':');

    /** The text form of the scope, such as {@code board:read}. */
    public String text() {
        return text;
    }

    /** Whether the scope is for administration and not for gameplay. */
    public boolean isAdministrative() {
        return switch (this) {
            case BOARD_ADMIN, STATE_ADMIN, MIGRATE_RUN, SYSTEM_ADMIN -> true;
            case BOARD_READ, BOARD_WRITE, STATE_READ, STATE_WRITE, MIGRATE_READ, SYSTEM_READ -> false;
        };
    }

    /** The scope with a text form; empty if there is none. */
    public static Optional<Scope> of(String text) {
        return Arrays.stream(values()).filter(scope -> scope.text.equals(text)).findFirst();
    }
}
