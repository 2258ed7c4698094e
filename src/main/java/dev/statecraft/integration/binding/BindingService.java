package dev.statecraft.integration.binding;

import dev.statecraft.http.Ids;
import dev.statecraft.integration.binding.CoordinationStore.Binding;
import dev.statecraft.integration.event.IntegrationConfig;
import dev.statecraft.leaderboard.board.Board;
import dev.statecraft.leaderboard.board.BoardService;
import dev.statecraft.leaderboard.score.NewScore;
import dev.statecraft.leaderboard.score.ScoreResult;
import dev.statecraft.leaderboard.score.ScoreService;
import dev.statecraft.leaderboard.settings.EntitySource;
import dev.statecraft.leaderboard.settings.Terms;
import dev.statecraft.replication.command.SourceTypes;
import dev.statecraft.replication.entity.EntityReader;
import dev.statecraft.replication.state.Entity;
import dev.statecraft.replication.state.EntityKey;
import dev.statecraft.runtime.Ticker;
import dev.statecraft.table.ContentionException;
import jakarta.enterprise.context.ApplicationScoped;
import java.math.BigDecimal;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BooleanSupplier;

/**
 * Submits entity changes as scores to the boards that are bound to their entity type. Each entity version has a
 * submission id of its own, so a repeated submission has no effect. The last applied version of each entity is stored;
 * it keeps old and repeated versions from being submitted again.
 */
@ApplicationScoped
public class BindingService implements SourceTypes {

    private static final int BATCH_SIZE = 100;

    /** Number of backfill passes; the second pass finds the entities that were written during the first one. */
    private static final int BACKFILL_PASSES = 2;

    private final CoordinationStore store;
    private final BoardService boards;
    private final ScoreService scores;
    private final EntityReader entities;
    private final IntegrationConfig config;
    private final Clock clock;
    private final Ticker ticker;
    private final Map<String, CachedBindings> cache = new ConcurrentHashMap<>();

    BindingService(
            CoordinationStore store,
            BoardService boards,
            ScoreService scores,
            EntityReader entities,
            IntegrationConfig config,
            Clock clock,
            Ticker ticker) {
        this.store = store;
        this.boards = boards;
        this.scores = scores;
        this.entities = entities;
        this.config = config;
        this.clock = clock;
        this.ticker = ticker;
    }

    private record CachedBindings(List<Binding> bindings, long readAtNanos) {}

    /** Updates the stored binding of a board from the board's current settings. Calls may come in any order. */
    void boardChanged(String game, String id) {
        Optional<Board> board = boards.read(game, id);
        EntitySource source = board.map(found -> found.settings().source()).orElse(null);
        Optional<Binding> bound = bindings(game, true).stream()
                .filter(binding -> binding.board().equals(id))
                .findFirst();
        if (source == null || source.entityType() == null || source.path() == null) {
            if (bound.isPresent()) {
                store.unbind(game, id);
                cache.remove(game);
            }
            return;
        }
        String type = source.entityType();
        String path = source.path();
        int epoch = board.orElseThrow().epoch();
        if (bound.isEmpty() || !bound.get().matches(type, path, epoch)) {
            store.bind(game, new Binding(id, epoch, type, path, BACKFILL_PASSES, null, null));
            cache.remove(game);
        }
    }

    @Override
    public boolean isSource(String game, String entityType) {
        return bindings(game, false).stream()
                .anyMatch(binding -> binding.entityType().equals(entityType));
    }

    private List<Binding> bindings(String game, boolean fresh) {
        CachedBindings cached = cache.get(game);
        if (!fresh
                && cached != null
                && ticker.nanos() - cached.readAtNanos() < config.bindingCache().toNanos()) {
            return cached.bindings();
        }
        List<Binding> read = store.bindings(game);
        cache.put(game, new CachedBindings(read, ticker.nanos()));
        return read;
    }

    /**
     * Submits entity versions as scores to all boards that are bound to their entity types. Versions of an entity are
     * submitted in ascending order.
     *
     * @return number of submitted scores
     */
    int apply(String game, List<Entity> versions) {
        int submitted = 0;
        for (Binding binding : bindings(game, false)) {
            submitted += apply(game, binding, versions);
        }
        return submitted;
    }

    private int apply(String game, Binding binding, List<Entity> versions) {
        List<Entity> matching = versions.stream()
                .filter(entity -> !entity.deleted() && entity.type().equals(binding.entityType()))
                .sorted(Comparator.comparingLong(Entity::version))
                .toList();
        Optional<Board> board = matching.isEmpty() ? Optional.empty() : openBoard(game, binding);
        int submitted = 0;
        for (int from = 0; board.isPresent() && from < matching.size(); from += BATCH_SIZE) {
            submitted += applyBatch(
                    game, binding, board.get(), matching.subList(from, Math.min(matching.size(), from + BATCH_SIZE)));
        }
        return submitted;
    }

    /**
     * Returns the board of a binding if it accepts scores. No versions are applied to a board that has not started, so
     * that its backfill runs after the start. A board without a further season accepts no scores.
     */
    private Optional<Board> openBoard(String game, Binding binding) {
        return boards.find(game, binding.board())
                .filter(found -> found.epoch() == binding.epoch())
                .filter(found -> boards.status(found) == Terms.Status.OPEN);
    }

    private int applyBatch(String game, Binding binding, Board board, List<Entity> versions) {
        Map<String, Long> appliedVersions = store.appliedVersions(
                game,
                board.id(),
                board.epoch(),
                versions.stream().map(BindingService::entityKey).toList());
        List<NewScore> submissions = new ArrayList<>();
        Map<String, Long> newVersions = new LinkedHashMap<>();
        for (Entity version : versions) {
            if (version.version() > appliedVersions.getOrDefault(entityKey(version), 0L)) {
                newVersions.merge(entityKey(version), version.version(), Math::max);
                BoundScore.of(board, binding.path(), version)
                        .filter(score -> Ids.isId(score.playerId()))
                        .ifPresent(score -> submissions.add(new NewScore(
                                score.playerId(),
                                score.value(),
                                BigDecimal.ZERO,
                                null,
                                score.submissionId(),
                                score.operator())));
            }
        }
        if (!submissions.isEmpty()) {
            boolean busy = scores.submitAll(game, board.id(), submissions, false).orElse(List.of()).stream()
                    .anyMatch(ScoreResult.Busy.class::isInstance);
            if (busy) {
                throw new ContentionException("a score of a bound board lost the race to concurrent writers");
            }
        }
        newVersions.forEach((entity, version) ->
                store.recordApplied(game, board.id(), board.epoch(), entity, version, clock.instant()));
        return submissions.size();
    }

    private static String entityKey(Entity entity) {
        return entity.space() + "/" + entity.id();
    }

    /**
     * Continues the backfill of bindings: submits the existing entities of the bound types, page by page within the
     * time budget.
     *
     * @return number of submitted scores
     */
    public int backfill(String game, BooleanSupplier timeLeft) {
        int submitted = 0;
        for (Binding binding : bindings(game, true)) {
            if (binding.passesLeft() > 0 && openBoard(game, binding).isPresent()) {
                submitted += backfill(game, binding, timeLeft);
            }
        }
        return submitted;
    }

    /** Schedules a backfill of all bindings of the game; {@link #backfill} runs it. */
    public void scheduleBackfill(String game) {
        List<Binding> all = bindings(game, true);
        for (Binding binding : all) {
            store.bind(game, binding.withBackfill(BACKFILL_PASSES, null, null));
        }
        if (!all.isEmpty()) {
            store.wakeSchedule(game, clock.instant());
        }
    }

    /**
     * Returns when {@link #backfill} has work again: the start of a board that has not started; a time that has passed if a
     * backfill is incomplete; empty if all are complete. Cost: 1 RCU per 40 bindings, and up to 1 RCU for each binding with
     * an incomplete backfill.
     */
    Optional<Instant> nextBackfill(String game) {
        Instant now = clock.instant();
        return bindings(game, true).stream()
                .filter(binding -> binding.passesLeft() > 0)
                .flatMap(binding -> boards
                        .find(game, binding.board())
                        .filter(board -> board.epoch() == binding.epoch())
                        .filter(board -> boards.status(board) != Terms.Status.CLOSED)
                        .map(board -> board.settings().terms().notBeforeStart(now))
                        .stream())
                .min(Comparator.naturalOrder());
    }

    private int backfill(String game, Binding start, BooleanSupplier timeLeft) {
        int submitted = 0;
        Binding binding = start;
        while (timeLeft.getAsBoolean()) {
            EntityKey after = binding.space() == null || binding.entity() == null
                    ? null
                    : new EntityKey(binding.space(), binding.entity());
            EntityReader.EntityKeyPage page = entities.keysOfType(game, binding.entityType(), after);
            for (int from = 0; from < page.keys().size(); from += BATCH_SIZE) {
                List<EntityKey> part =
                        page.keys().subList(from, Math.min(page.keys().size(), from + BATCH_SIZE));
                submitted += apply(game, binding, entities.readAll(game, part));
            }
            EntityKey next = page.next();
            binding = next == null
                    ? binding.withBackfill(binding.passesLeft() - 1, null, null)
                    : binding.withBackfill(binding.passesLeft(), next.space(), next.id());
            store.bind(game, binding);
            if (next == null) {
                return submitted;
            }
        }
        return submitted;
    }
}
