package dev.statecraft.replication.feed;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import dev.statecraft.access.Caller;
import dev.statecraft.access.CurrentCaller;
import dev.statecraft.access.Requires;
import dev.statecraft.access.Requires.Players;
import dev.statecraft.access.Scope;
import dev.statecraft.access.idempotency.IdempotentRequest;
import dev.statecraft.access.limit.RateLimitService;
import dev.statecraft.http.Ids;
import dev.statecraft.http.Problem;
import dev.statecraft.http.ProblemException;
import dev.statecraft.http.QueryParameters;
import dev.statecraft.replication.command.Source;
import dev.statecraft.replication.entity.EntityProblems;
import dev.statecraft.replication.entity.EntityService;
import dev.statecraft.replication.entity.EntityView.SourceRequest;
import dev.statecraft.replication.entity.EntityView.UpdateAnswer;
import dev.statecraft.replication.entity.SchemaAnswers;
import dev.statecraft.replication.entity.UpdateProblems;
import dev.statecraft.replication.entity.UpdateProblems.Answer;
import dev.statecraft.replication.entity.UpdateRequest;
import dev.statecraft.replication.feed.SyncRequest.SyncUpdate;
import dev.statecraft.replication.state.ReplicationConfig;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

/** HTTP API of a sync: one request sends the updates of a client and returns all new changes. */
@Path("/v1/sync")
@Produces(MediaType.APPLICATION_JSON)
@Consumes(MediaType.APPLICATION_JSON)
@Tag(name = "State replication")
public class SyncResource {

    private static final long MAX_WAIT_MILLIS = 60_000;

    private final SyncService sync;
    private final ReplicationConfig config;
    private final SyncSessions sessions;
    private final SchemaAnswers answers;
    private final RateLimitService limits;
    private final CurrentCaller caller;

    public SyncResource(
            SyncService sync,
            ReplicationConfig config,
            SyncSessions sessions,
            SchemaAnswers answers,
            RateLimitService limits,
            CurrentCaller caller) {
        this.sessions = sessions;
        this.answers = answers;
        this.limits = limits;
        this.sync = sync;
        this.config = config;
        this.caller = caller;
    }

    /** Result of an update: the same response as to a single update, or a problem. */
    public record UpdateResult(
            int status,
            @JsonUnwrapped @Nullable UpdateAnswer answer,
            @Nullable Problem problem) {}

    /** Response to a sync: a result for each update, the requested feeds, and the state of each session. */
    public record SyncAnswer(
            List<UpdateResult> results,
            Map<String, FeedView> spaces,
            @Nullable FeedView player,
            @Nullable List<HeldSessionView> sessions,
            long nextPollMillis) {}

    /** Applies updates and returns all new changes in order. */
    @POST
    @Requires(value = Scope.STATE_READ, players = Players.WHAT_THE_RESOURCE_ALLOWS)
    @Operation(operationId = "sync", summary = "Send updates and receive new changes")
    public SyncAnswer sync(
            @HeaderParam(IdempotentRequest.HEADER) @Nullable String idempotencyKey, SyncRequest request) {
        return sync(caller.get(), request.named(idempotencyKey), config.answerBytes(), null)
                .answer();
    }

    /** The response to a sync and the feeds in it. */
    public record SyncResult(SyncAnswer answer, SyncService.Feeds feeds) {}

    /**
     * Processes a sync request of a caller over HTTP or WebSocket.
     *
     * @param answerBytes limits the size of the changes in the response
     * @param connectionId the connection of the caller, which later receives messages and requests for its sessions; null
     *     over HTTP
     */
    public SyncResult sync(Caller caller, SyncRequest request, long answerBytes, @Nullable String connectionId) {
        String client = request.clientId() == null ? caller.name() : Ids.check("clientId", request.clientId());
        String player = player(caller, request);
        SyncService.SyncCursors wanted = wanted(caller, request, player);
        Sender sender = new Sender(caller, client, player, wanted.schemaVersion());
        long waitMillis = request.waitMillis() == null ? 0 : request.waitMillis();
        if (waitMillis < 0 || waitMillis > MAX_WAIT_MILLIS) {
            throw new ProblemException(
                    Problem.badRequest("waitMillis", "waitMillis is an integer from 0 to " + MAX_WAIT_MILLIS + "."));
        }
        SyncSessions.Poll polled = sessions.poll(caller, request.sessions(), connectionId);
        List<@Nullable SyncUpdate> updates = request.updates() == null ? new ArrayList<>() : request.updates();
        if (!updates.isEmpty()) {
            caller.require(Scope.STATE_WRITE);
        }
        if (updates.size() > config.maxPendingUpdates()) {
            throw new ProblemException(Problem.tooManyRequests(
                            1,
                            "At most " + config.maxPendingUpdates()
                                    + " updates per request. Send the remaining updates in further requests.")
                    .withField("updates"));
        }
        List<UpdateResult> results =
                Boolean.TRUE.equals(request.atomic()) ? pushAll(sender, updates) : push(sender, updates);
        boolean waits = !polled.read() && results.isEmpty();
        SyncService.Wait wait = waits
                ? new SyncService.Wait(waitMillis, () -> limits.acquireWaiting(caller) && !polled.read())
                : SyncService.Wait.NONE;
        SyncService.Feeds feeds = sync.pull(caller.game(), wanted, wait, answerBytes);
        Map<String, FeedView> spaces = new LinkedHashMap<>();
        feeds.spaces().forEach((space, feed) -> spaces.put(space, FeedView.of(feed)));
        PlayerFeed feed = feeds.player();
        return new SyncResult(
                new SyncAnswer(
                        results,
                        spaces,
                        feed == null ? null : FeedView.of(feed),
                        polled.views(),
                        feeds.nextPollMillis()),
                feeds);
    }

    /** Validates a request without processing it. */
    public void check(Caller caller, SyncRequest request) {
        wanted(caller, request, player(caller, request));
        if (request.updates() != null && !request.updates().isEmpty()) {
            caller.require(Scope.STATE_WRITE);
        }
        sessions.poll(caller, request.sessions(), null);
    }

    private static @Nullable String player(Caller caller, SyncRequest request) {
        if (request.playerId() == null) {
            return null;
        }
        String player = Ids.check("playerId", request.playerId());
        caller.requirePlayer(player);
        return player;
    }

    private SyncService.SyncCursors wanted(Caller caller, SyncRequest request, @Nullable String player) {
        Map<String, String> cursors = request.cursors() == null ? Map.of() : request.cursors();
        if (cursors.size() > config.spacesPerSync()) {
            throw new ProblemException(
                    Problem.badRequest("cursors", "At most " + config.spacesPerSync() + " spaces per request."));
        }
        if (request.playerCursor() != null && player == null) {
            throw new ProblemException(Problem.badRequest("playerId", "playerCursor requires playerId."));
        }
        Map<String, @Nullable FeedCursor> spaces = new LinkedHashMap<>();
        cursors.forEach((space, cursor) -> {
            caller.requireSpace(Ids.check("cursors", space));
            spaces.put(space, spaceCursor("cursors." + space, cursor));
        });
        return new SyncService.SyncCursors(
                spaces,
                player,
                playerCursor(request.playerCursor()),
                QueryParameters.semanticVersion("schemaVersion", request.schemaVersion()));
    }

    /** Parses a cursor. A malformed cursor is rejected; an outdated cursor later results in a resync. */
    private static @Nullable FeedCursor spaceCursor(String field, @Nullable String cursor) {
        return cursor == null || cursor.isEmpty()
                ? null
                : FeedCursors.readSpace(cursor, Ids::isStored).orElseThrow(() -> malformedCursor(field));
    }

    private PlayerFeed.@Nullable Cursor playerCursor(@Nullable String cursor) {
        return cursor == null || cursor.isEmpty()
                ? null
                : FeedCursors.readPlayer(cursor, Ids::isStored, config.playerCursorSpaces())
                        .orElseThrow(() -> malformedCursor("playerCursor"));
    }

    private static ProblemException malformedCursor(String field) {
        return new ProblemException(Problem.badRequest(
                field, "The cursor is malformed. Send the cursor of the last response, or \"\" to start."));
    }

    /**
     * Who sends updates.
     *
     * @param client name of the client in the version history, for an update without a source
     * @param player the player whose updates the request contains; null for any source
     * @param schemaVersion the schema version that the client uses; null for the latest one
     */
    public record Sender(
            Caller caller,
            String client,
            @Nullable String player,
            @Nullable String schemaVersion) {}

    private List<UpdateResult> push(Sender sender, List<@Nullable SyncUpdate> updates) {
        Map<Integer, UpdateResult> results = new HashMap<>();
        List<Integer> indexes = new ArrayList<>();
        List<SyncService.Update> valid = new ArrayList<>();
        for (int i = 0; i < updates.size(); i++) {
            try {
                valid.add(read(sender, updates.get(i), "updates[" + i + "]."));
                indexes.add(i);
            } catch (ProblemException e) {
                results.put(i, problem(e.problem()));
            }
        }
        List<EntityService.Updated> done = sync.push(sender.caller().game(), valid);
        for (int i = 0; i < indexes.size(); i++) {
            results.put(indexes.get(i), result(sender, valid.get(i), done.get(i)));
        }
        List<UpdateResult> ordered = new ArrayList<>();
        for (int i = 0; i < updates.size(); i++) {
            ordered.add(results.get(i));
        }
        return ordered;
    }

    /** Applies an atomic batch. A malformed update rejects the whole request. */
    private List<UpdateResult> pushAll(Sender sender, List<@Nullable SyncUpdate> updates) {
        List<SyncService.Update> all = new ArrayList<>();
        Set<String> spaces = new LinkedHashSet<>();
        for (int i = 0; i < updates.size(); i++) {
            SyncService.Update update = read(sender, updates.get(i), "updates[" + i + "].");
            all.add(update);
            spaces.add(update.space());
        }
        if (spaces.size() > 1) {
            throw new ProblemException(
                    Problem.badRequest("updates", "All updates of an atomic batch must be in the same space."));
        }
        if (all.isEmpty()) {
            return List.of();
        }
        List<EntityService.Updated> done =
                sync.pushAtomically(sender.caller().game(), spaces.iterator().next(), all);
        List<UpdateResult> results = new ArrayList<>();
        for (int i = 0; i < all.size(); i++) {
            results.add(result(sender, all.get(i), done.get(i)));
        }
        return results;
    }

    /**
     * Reads an update of a sender. {@code prefix} is put before the names of fields.
     *
     * @throws ProblemException 400 if the update is malformed, 403 if the caller may not access the space
     */
    public SyncService.Update read(Sender sender, @Nullable SyncUpdate update, String prefix) {
        String player = sender.player();
        if (update == null) {
            throw new ProblemException(
                    Problem.badRequest(prefix.substring(0, prefix.length() - 1), "An update is an object."));
        }
        SourceRequest named = update.source();
        SourceRequest behalf = named == null || (named.playerId() == null && named.serverId() == null)
                ? new SourceRequest(player, null)
                : named;
        if (player != null && !player.equals(behalf.playerId())) {
            throw new ProblemException(Problem.of(
                            403,
                            "forbidden",
                            "The player may not write this entity",
                            "A request with playerId can contain only updates of this player.")
                    .withField(prefix + "source"));
        }
        Source source = UpdateProblems.source(sender.caller(), sender.client(), behalf, prefix);
        String space =
                update.space() == null ? EntityProblems.DEFAULT_SPACE : Ids.check(prefix + "space", update.space());
        sender.caller().requireSpace(space);
        UpdateRequest sent = update.update(sender.schemaVersion());
        String mutationId = update.mutationId() == null ? null : Ids.check(prefix + "mutationId", update.mutationId());
        return new SyncService.Update(
                space,
                Ids.check(prefix + "entityId", update.entityId()),
                UpdateProblems.read(sent, null, prefix, config),
                source,
                UpdateProblems.identity(mutationId, sent, source, null));
    }

    private UpdateResult result(Sender sender, SyncService.Update update, EntityService.Updated updated) {
        try {
            Answer answer = UpdateProblems.answer(
                    update.entityId(), answers.of(sender.caller().game(), updated, sender.schemaVersion()));
            return new UpdateResult(answer.status(), answer.body(), answer.problem());
        } catch (ProblemException e) {
            return problem(e.problem());
        }
    }

    private static UpdateResult problem(Problem problem) {
        return new UpdateResult(problem.status(), null, problem);
    }
}
