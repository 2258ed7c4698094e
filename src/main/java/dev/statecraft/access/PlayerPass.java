package dev.statecraft.access;

import java.util.Set;

/**
 * What narrows a token that was made for a player.
 *
 * @param playerId the player it is bound to
 * @param spaces the spaces it reaches
 * @param boards the boards it reaches
 */
public record PlayerPass(String playerId, Set<String> spaces, Set<String> boards) {

    /** Copies the sets. */
    public PlayerPass {
        spaces = Set.copyOf(spaces);
        boards = Set.copyOf(boards);
    }
}
