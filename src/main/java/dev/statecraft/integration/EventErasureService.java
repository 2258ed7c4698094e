package dev.statecraft.integration;

import dev.statecraft.table.Swept;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/** Takes a player's name out of the feed of events. */
@ApplicationScoped
public class EventErasureService {

    private static final int CHUNKS_AT_ONCE = 50;

    private final FeedStore feed;

    EventErasureService(FeedStore feed) {
        this.feed = feed;
    }

    /**
     * Goes through the next chunks of the feed: 1 RCU for 4 KB, and what it takes to write those again that name the
     * player. May be repeated.
     *
     * @param cursor what the call before named, null to begin
     */
    public Swept erase(String game, String playerId, @Nullable String cursor) {
        FeedStore.Chunks found = feed.forwards(game, cursor == null ? 0 : Long.parseLong(cursor), CHUNKS_AT_ONCE);
        long touched = 0;
        long last = 0;
        for (FeedStore.Chunk chunk : found.chunks()) {
            OptionalInt named = feed.erase(game, chunk, playerId);
            if (named.isEmpty()) {
                // Somebody else is erased at the same time; or the chunk has expired.
                return new Swept(Long.toString(chunk.first()), touched);
            }
            touched += named.getAsInt();
            last = chunk.first();
        }
        return new Swept(found.more() ? Long.toString(last + 1) : null, touched);
    }
}
