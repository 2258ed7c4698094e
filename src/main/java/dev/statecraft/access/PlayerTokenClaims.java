package dev.statecraft.access;

import java.util.Set;

/**
 * The claims that limit a player token.
 *
 * @param playerId the player of the token
 * @param spaces the spaces that the token gives access to
 * @param boards the boards that the token gives access to
 */
public record PlayerTokenClaims(String playerId, Set<String> spaces, Set<String> boards) {

    /** Copies the sets. */
    public PlayerTokenClaims {
        spaces = Set.copyOf(spaces);
        boards = Set.copyOf(boards);
    }
}
