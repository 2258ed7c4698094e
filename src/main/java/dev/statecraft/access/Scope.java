package dev.statecraft.access;

import java.util.Arrays;
import java.util.Collections;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/** What a key may be good for. None implies another: a key that writes and reads names both. */
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

    /** Every scope there is. */
    public static final Set<Scope> ALL = Collections.unmodifiableSet(EnumSet.allOf(Scope.class));

    private final String text = name().toLowerCase(Locale.ROOT).replace('_', ':');

    /** The scope as keys name it, such as {@code board:read}. */
    public String text() {
        return text;
    }

    /** Whether calls that need it change how a game is run, rather than being part of play. */
    public boolean isAdministrative() {
        return switch (this) {
            case BOARD_ADMIN, STATE_ADMIN, MIGRATE_RUN, SYSTEM_ADMIN -> true;
            case BOARD_READ, BOARD_WRITE, STATE_READ, STATE_WRITE, MIGRATE_READ, SYSTEM_READ -> false;
        };
    }

    /** The scope of that name; empty if there is none. */
    public static Optional<Scope> of(String text) {
        return Arrays.stream(values()).filter(scope -> scope.text.equals(text)).findFirst();
    }
}
