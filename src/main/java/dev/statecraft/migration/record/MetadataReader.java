package dev.statecraft.migration.record;

import dev.statecraft.leaderboard.board.Board;
import dev.statecraft.leaderboard.entry.Entry;
import dev.statecraft.leaderboard.score.MetadataMigrationService;
import dev.statecraft.migration.definition.MigrationTarget;
import dev.statecraft.replication.entity.EntityReader.EntityKeyPage;
import dev.statecraft.replication.state.Entity;
import dev.statecraft.replication.state.EntityKey;
import dev.statecraft.replication.state.EntityScan;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Reads the metadata of the entries of boards, in their current seasons, as entities. A scan goes through the boards by id
 * and through the lanes of each board. Its position is {@code board/epoch/season/lane}, and {@code =} with the last player.
 * A season that ends during a scan is left; the scan starts again with the next season of the board.
 */
@ApplicationScoped
public class MetadataReader {

    /** Number of lanes that one page of a scan reads if none of them has a record. */
    private static final int LANES_PER_PAGE = 50;

    private static final int PAGE = 1_000;

    private final MetadataMigrationService boards;

    public MetadataReader(MetadataMigrationService boards) {
        this.boards = boards;
    }

    /** A lane of a board, and the player after whom it is read; null for the start. */
    private record At(Board board, int lane, @Nullable String after) {

        EntityScan.Position position() {
            return new EntityScan.Position(
                    MetadataPlace.of(board).space() + "/" + lane, "=" + (after == null ? "" : after));
        }
    }

    EntityKeyPage keys(String game, String target, @Nullable EntityKey after) {
        EntityScan.Position from = after == null ? null : positionAfter(game, after);
        while (true) {
            EntityScan scan = scan(game, target, new EntityScan.Part(0, 1, true), from, PAGE);
            List<EntityKey> keys =
                    scan.found().stream().map(EntityScan.Found::place).toList();
            from = scan.next();
            if (from == null || !keys.isEmpty()) {
                return new EntityKeyPage(keys, from == null ? null : keys.get(keys.size() - 1));
            }
        }
    }

    List<Entity> readAll(String game, List<EntityKey> keys) {
        Map<String, List<String>> byPlace = new LinkedHashMap<>();
        keys.forEach(key ->
                byPlace.computeIfAbsent(key.space(), space -> new ArrayList<>()).add(key.id()));
        List<Entity> found = new ArrayList<>();
        byPlace.forEach((space, players) -> {
            MetadataPlace place = MetadataPlace.parse(space);
            board(game, place).ifPresent(board -> boards.entries(board, place.season(), players)
                    .values()
                    .forEach(entry -> found.add(place.entity(entry))));
        });
        return found.stream().filter(entity -> !entity.deleted()).toList();
    }

    /** The board of a place, unless it was deleted since. */
    Optional<Board> board(String game, MetadataPlace place) {
        return boards.board(game, place.board()).filter(board -> board.epoch() == place.epoch());
    }

    EntityScan.Position positionAfter(String game, EntityKey key) {
        MetadataPlace place = MetadataPlace.parse(key.space());
        int lane = board(game, place).map(board -> board.laneOf(key.id())).orElse(0);
        return new EntityScan.Position(place.space() + "/" + lane, "=" + key.id());
    }

    EntityScan scan(String game, String target, EntityScan.Part part, EntityScan.@Nullable Position after, int limit) {
        Optional<At> at = after == null ? first(game, target, null) : resumed(game, target, after);
        for (int lanes = 0; at.isPresent() && lanes < LANES_PER_PAGE; lanes++) {
            At here = at.get();
            List<EntityScan.Found> found = new ArrayList<>();
            String next = null;
            if (belongs(here, part)) {
                MetadataMigrationService.Page page = boards.lane(here.board(), here.lane(), here.after(), limit);
                String space = MetadataPlace.of(here.board()).space();
                for (Entry entry : page.entries()) {
                    if (MetadataPlace.isRecord(entry)) {
                        found.add(new EntityScan.Found(
                                new EntityKey(space, entry.playerId()), MetadataPlace.schema(entry)));
                    }
                }
                next = page.next();
            }
            at = next == null ? following(game, target, here) : Optional.of(new At(here.board(), here.lane(), next));
            if (!found.isEmpty()) {
                return new EntityScan(found, at.map(At::position).orElse(null));
            }
        }
        return new EntityScan(List.of(), at.map(At::position).orElse(null));
    }

    private static boolean belongs(At at, EntityScan.Part part) {
        return Math.floorMod(at.board().id().hashCode() + at.lane(), part.of()) == part.number();
    }

    private Optional<At> resumed(String game, String target, EntityScan.Position position) {
        int cut = position.partition().lastIndexOf('/');
        MetadataPlace place = MetadataPlace.parse(position.partition().substring(0, cut));
        Optional<Board> board = boards.board(game, place.board());
        if (board.isEmpty()) {
            return first(game, target, place.board());
        }
        if (!MetadataPlace.of(board.get()).equals(place)) {
            return Optional.of(new At(board.get(), 0, null));
        }
        String player = position.sort().substring(1);
        return Optional.of(new At(
                board.get(),
                Integer.parseInt(position.partition().substring(cut + 1)),
                player.isEmpty() ? null : player));
    }

    private Optional<At> following(String game, String target, At at) {
        return at.lane() + 1 < at.board().settings().lanes()
                ? Optional.of(new At(at.board(), at.lane() + 1, null))
                : first(game, target, at.board().id());
    }

    /** The first lane of the first board of a target after a board. */
    private Optional<At> first(String game, String target, @Nullable String afterBoard) {
        if (MigrationTarget.isAllMetadata(target)) {
            return boards.firstAfter(game, afterBoard)
                    .flatMap(board -> boards.board(game, board.id()))
                    .map(board -> new At(board, 0, null));
        }
        return afterBoard == null
                ? boards.board(game, MigrationTarget.board(target)).map(board -> new At(board, 0, null))
                : Optional.empty();
    }
}
