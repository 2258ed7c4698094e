package dev.statecraft.replication.log;

/**
 * That there is news for those who follow something; told within the process that made it, once it is stored.
 *
 * @param game the game
 * @param topic a space, or a player's feed as {@link #playerTopic} names it
 */
public record FeedChanged(String game, String topic) {

    /** The topic of a player's feed; no name of a space begins with {@code $}. */
    public static String playerTopic(String playerId) {
        return "$" + playerId;
    }
}
