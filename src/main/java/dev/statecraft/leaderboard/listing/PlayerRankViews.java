package dev.statecraft.leaderboard.listing;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.JsonNode;
import dev.statecraft.leaderboard.board.Board;
import dev.statecraft.leaderboard.entry.Entry;
import dev.statecraft.leaderboard.rank.EntryRank;
import dev.statecraft.leaderboard.settings.MetadataJson;
import dev.statecraft.leaderboard.settings.Score;
import dev.statecraft.leaderboard.settings.Terms;
import jakarta.enterprise.context.ApplicationScoped;
import java.math.BigDecimal;
import java.time.Clock;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Builds the API representation of a player's rank. */
@ApplicationScoped
class PlayerRankViews {

    private final ListingService lists;
    private final MetadataJson metadata;
    private final Clock clock;

    PlayerRankViews(ListingService lists, MetadataJson metadata, Clock clock) {
        this.lists = lists;
        this.metadata = metadata;
        this.clock = clock;
    }

    /** API representation of a player's rank. An unranked player has rank, value and percentile 0. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record PlayerRank(
            String playerId,
            long rank,
            BigDecimal value,
            BigDecimal subscore,
            double percentile,
            long tieCount,
            long totalEntries,
            boolean listed,
            int season,
            Instant asOf,
            @Nullable Instant updatedAt,
            @Nullable JsonNode metadata,
            @Nullable RatingView rating,
            @Nullable String tier,
            @Nullable Integer attempts,
            @Nullable Integer attemptsLeft) {}

    /**
     * The representation of an entry.
     *
     * @param ranked rank of the entry; only total and asOf are used for a player without a score
     */
    PlayerRank of(Board board, int season, Entry entry, EntryRank ranked) {
        Score score = entry.score();
        Terms terms = board.settings().terms();
        Integer attempts = terms.maxAttempts() == 0 ? null : entry.attempts();
        Integer attemptsLeft = attempts == null ? null : terms.remaining(attempts);
        if (score == null) {
            return new PlayerRank(
                    entry.playerId(),
                    0,
                    BigDecimal.ZERO,
                    BigDecimal.ZERO,
                    0,
                    0,
                    ranked.total(),
                    false,
                    season,
                    ranked.asOf(),
                    null,
                    null,
                    null,
                    null,
                    attempts,
                    attemptsLeft);
        }
        return new PlayerRank(
                entry.playerId(),
                ranked.rank(),
                board.value(score.value()),
                board.value(score.subscore()),
                ranked.percentile(board.ranking()),
                ranked.ties(),
                ranked.total(),
                lists.listed(board, season, entry, ranked),
                season,
                ranked.asOf(),
                Instant.ofEpochMilli(entry.reachedAt()),
                metadata.read(entry.metadata()),
                RatingView.of(board, entry, clock.millis()),
                board.tier(score, ranked.rank(), ranked.place(), ranked.total()),
                attempts,
                attemptsLeft);
    }
}
