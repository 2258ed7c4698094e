package dev.statecraft.integration;

import dev.statecraft.entry.Ids;
import dev.statecraft.integration.CoordinationStore.Binding;
import dev.statecraft.leaderboard.Board;
import dev.statecraft.leaderboard.BoardService;
import dev.statecraft.leaderboard.EntitySource;
import dev.statecraft.leaderboard.NewScore;
import dev.statecraft.leaderboard.ScoreResult;
import dev.statecraft.leaderboard.ScoreService;
import dev.statecraft.leaderboard.Terms;
import dev.statecraft.replication.Entity;
import dev.statecraft.replication.EntityPlace;
import dev.statecraft.replication.EntityReader;
import dev.statecraft.replication.FollowedTypes;
import dev.statecraft.table.ContentionException;
import jakarta.enterprise.context.ApplicationScoped;
import java.math.BigDecimal;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BooleanSupplier;

/**
 * Boards that follow entities. Every version of an entity is submitted once, under an id made of the entity and the
 * version; a mark keeps versions that come late or again from being submitted at all.
 */
@ApplicationScoped
public class BindingService implements FollowedTypes {

    private static final int BATCH = 100;

    /** A binding is filled at once, and again when everything that was on its way meanwhile has come. */
    private static final int FILLS = 2;

    private final CoordinationStore store;
    private final BoardService boards;
    private final ScoreService scores;
    private final EntityReader entities;
    private final IntegrationConfig config;
    private final Clock clock;
    private final Map<String, Known> known = new ConcurrentHashMap<>();

    BindingService(
            CoordinationStore store,
            BoardService boards,
            ScoreService scores,
            EntityReader entities,
            IntegrationConfig config,
            Clock clock) {
        this.store = store;
        this.boards = boards;
        this.scores = scores;
        this.entities = entities;
        this.config = config;
        this.clock = clock;
    }

    private record Known(List<Binding> bindings, long readAtNanos) {}

    /** Brings the binding of a board to what the board says now, whatever the order in which this is asked for. */
    void boardChanged(String game, String id) {
        Optional<Board> board = boards.read(game, id);
        EntitySource source = board.map(found -> found.settings().source()).orElse(null);
        Optional<Binding> bound = bindings(game, true).stream()
                .filter(binding -> binding.board().equals(id))
                .findFirst();
        if (source == null || source.entityType() == null || source.path() == null) {
            if (bound.isPresent()) {
                store.unbind(game, id);
                known.remove(game);
            }
            return;
        }
        String type = source.entityType();
        String path = source.path();
        int epoch = board.orElseThrow().epoch();
        if (bound.isEmpty() || !bound.get().follows(type, path, epoch)) {
            store.bind(game, new Binding(id, epoch, type, path, FILLS, null, null));
            known.remove(game);
        }
    }

    @Override
    public boolean isFollowed(String game, String entityType) {
        return bindings(game, false).stream()
                .anyMatch(binding -> binding.entityType().equals(entityType));
    }

    /** Whether a board of the game follows anything. */
    boolean any(String game) {
        return !bindings(game, false).isEmpty();
    }

    private List<Binding> bindings(String game, boolean fresh) {
        Known last = known.get(game);
        if (!fresh
                && last != null
                && System.nanoTime() - last.readAtNanos()
                        < config.bindingCache().toNanos()) {
            return last.bindings();
        }
        List<Binding> read = store.bindings(game);
        known.put(game, new Known(read, System.nanoTime()));
        return read;
    }

    /**
     * Has the boards follow versions of entities, in the order given.
     *
     * @return how many scores were submitted
     */
    int follow(String game, List<Entity> versions) {
        int submitted = 0;
        for (Binding binding : bindings(game, false)) {
            submitted += follow(game, binding, versions);
        }
        return submitted;
    }

    private int follow(String game, Binding binding, List<Entity> versions) {
        List<Entity> concerned = versions.stream()
                .filter(entity -> !entity.deleted() && entity.type().equals(binding.entityType()))
                .sorted(Comparator.comparingLong(Entity::version))
                .toList();
        Optional<Board> board = concerned.isEmpty() ? Optional.empty() : openBoard(game, binding);
        int submitted = 0;
        for (int from = 0; board.isPresent() && from < concerned.size(); from += BATCH) {
            submitted += followSome(
                    game, binding, board.get(), concerned.subList(from, Math.min(concerned.size(), from + BATCH)));
        }
        return submitted;
    }

    /**
     * The board of a binding while it takes scores. A board that has not started notes no versions, so that it is filled
     * once it has; one that has closed for good takes none any more.
     */
    private Optional<Board> openBoard(String game, Binding binding) {
        return boards.find(game, binding.board())
                .filter(found -> found.epoch() == binding.epoch())
                .filter(found -> boards.status(found) == Terms.Status.OPEN);
    }

    private int followSome(String game, Binding binding, Board board, List<Entity> versions) {
        Map<String, Long> followed = store.followed(
                game,
                board.id(),
                board.epoch(),
                versions.stream().map(BindingService::place).toList());
        List<NewScore> submissions = new ArrayList<>();
        Map<String, Long> marks = new LinkedHashMap<>();
        for (Entity version : versions) {
            if (version.version() > followed.getOrDefault(place(version), 0L)) {
                marks.merge(place(version), version.version(), Math::max);
                Followed.of(board, binding.path(), version)
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
                throw new ContentionException("others write the entries of a bound board all the time");
            }
        }
        marks.forEach(
                (entity, version) -> store.follow(game, board.id(), board.epoch(), entity, version, clock.instant()));
        return submissions.size();
    }

    private static String place(Entity entity) {
        return entity.space() + "/" + entity.id();
    }

    /**
     * Goes through the entities of bindings that are new, page by page while there is time.
     *
     * @return how many scores were submitted
     */
    int fill(String game, BooleanSupplier timeLeft) {
        int submitted = 0;
        for (Binding binding : bindings(game, true)) {
            if (binding.fillsLeft() > 0 && openBoard(game, binding).isPresent()) {
                submitted += fill(game, binding, timeLeft);
            }
        }
        return submitted;
    }

    /** Has the entities of all bound boards gone through once more, now and when they all have come to rest. */
    void refillLater(String game) {
        for (Binding binding : bindings(game, true)) {
            store.bind(game, binding.filling(FILLS, null, null));
        }
    }

    private int fill(String game, Binding begun, BooleanSupplier timeLeft) {
        int submitted = 0;
        Binding binding = begun;
        while (timeLeft.getAsBoolean()) {
            EntityPlace after = binding.space() == null || binding.entity() == null
                    ? null
                    : new EntityPlace(binding.space(), binding.entity());
            EntityReader.PlaceList page = entities.places(game, binding.entityType(), after);
            for (int from = 0; from < page.places().size(); from += BATCH) {
                List<EntityPlace> part =
                        page.places().subList(from, Math.min(page.places().size(), from + BATCH));
                submitted += follow(game, binding, entities.readAll(game, part));
            }
            EntityPlace next = page.next();
            binding = next == null
                    ? binding.filling(binding.fillsLeft() - 1, null, null)
                    : binding.filling(binding.fillsLeft(), next.space(), next.id());
            store.bind(game, binding);
            if (next == null) {
                return submitted;
            }
        }
        return submitted;
    }
}
