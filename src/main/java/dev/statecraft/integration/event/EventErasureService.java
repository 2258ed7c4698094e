package dev.statecraft.integration.event;

import dev.statecraft.table.ScanPage;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/** Anonymizes an erased player in the event feed. */
@ApplicationScoped
public class EventErasureService {

    private static final int CHUNKS_PER_CALL = 50;

    private final EventFeedStore feed;

    EventErasureService(EventFeedStore feed) {
        this.feed = feed;
    }

    /**
     * Anonymizes the player in the next chunks of the event feed. Idempotent. Cost: 1 RCU per 4 KB read and 1 WCU per
     * KB of rewritten chunks.
     *
     * @param cursor cursor of the previous call's result, null to start
     */
    public ScanPage erase(String game, String playerId, @Nullable String cursor) {
        EventFeedStore.Chunks found = feed.forwards(game, cursor == null ? 0 : Long.parseLong(cursor), CHUNKS_PER_CALL);
        long touched = 0;
        long last = 0;
        for (EventFeedStore.Chunk chunk : found.chunks()) {
            OptionalInt anonymized = feed.anonymize(game, chunk, playerId);
            if (anonymized.isEmpty()) {
                // A concurrent erasure rewrote the chunk, or the chunk expired: read the chunk again in the next call.
                return new ScanPage(Long.toString(chunk.first()), touched);
            }
            touched += anonymized.getAsInt();
            last = chunk.first();
        }
        return new ScanPage(found.more() ? Long.toString(last + 1) : null, touched);
    }
}
