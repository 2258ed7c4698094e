package dev.statecraft.replication.log;

/**
 * A space feed or a player feed has changes. The instance that committed them fires this event after the commit.
 *
 * @param game the game of the feed
 * @param topic the id of a space, or the {@link #playerTopic} of a player
 */
public record FeedChanged(String game, String topic) {

    /** The topic of a player feed. No id of a space starts with {@code $}. */
    public static String playerTopic(String playerId) {
        return "$" + playerId;
    }
}
