package dev.statecraft.replication.transaction;

import com.fasterxml.jackson.databind.JsonNode;
import dev.statecraft.access.CurrentCaller;
import dev.statecraft.access.Requires;
import dev.statecraft.access.Requires.Players;
import dev.statecraft.access.Scope;
import dev.statecraft.access.idempotency.IdempotentRequest;
import dev.statecraft.http.Problem;
import dev.statecraft.http.ProblemException;
import dev.statecraft.http.QueryParameters;
import dev.statecraft.http.json.BulkRequest;
import dev.statecraft.replication.command.Rejection;
import dev.statecraft.replication.commit.CommitResult;
import dev.statecraft.replication.commit.CommitResult.Done;
import dev.statecraft.replication.commit.CommitResult.VersionExpired;
import dev.statecraft.replication.commit.TransactionCommits.Applied;
import dev.statecraft.replication.commit.TransactionCommits.Refused;
import dev.statecraft.replication.commit.TransactionCommits.Replayed;
import dev.statecraft.replication.commit.TransactionCommits.Reused;
import dev.statecraft.replication.commit.TransactionCommits.TransactionResult;
import dev.statecraft.replication.entity.EntityService.Decided;
import dev.statecraft.replication.entity.SchemaAnswers;
import dev.statecraft.replication.entity.UpdateProblems;
import dev.statecraft.replication.feed.SyncRequest.SyncUpdate;
import dev.statecraft.replication.feed.SyncResource;
import dev.statecraft.replication.feed.SyncResource.Sender;
import dev.statecraft.replication.feed.SyncService;
import dev.statecraft.replication.state.AnswerBudget;
import dev.statecraft.replication.state.Entity;
import dev.statecraft.replication.state.ReplicationConfig;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.util.ArrayList;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

/** HTTP route of transactions: updates of entities in several spaces, all of them or none. */
@Path("/v1/transactions")
@Produces(MediaType.APPLICATION_JSON)
@Consumes(MediaType.APPLICATION_JSON)
@Tag(name = "State replication")
public class TransactionResource {

    private final TransactionService transactions;
    private final SyncResource sync;
    private final SchemaAnswers answers;
    private final ReplicationConfig config;
    private final CurrentCaller caller;

    TransactionResource(
            TransactionService transactions,
            SyncResource sync,
            SchemaAnswers answers,
            ReplicationConfig config,
            CurrentCaller caller) {
        this.answers = answers;
        this.transactions = transactions;
        this.sync = sync;
        this.config = config;
        this.caller = caller;
    }

    /**
     * Input of a transaction.
     *
     * @param mutationId identifies repeated requests; required, unless the header Idempotency-Key has it
     * @param updates the updates in order, without mutation ids of their own
     * @param schemaVersion the schema version that the caller uses; null for the latest one of each type
     */
    public record TransactionRequest(
            @Nullable String mutationId,
            @Nullable List<@Nullable SyncUpdate> updates,
            @Nullable String schemaVersion) implements BulkRequest {}

    /**
     * A new version of an entity.
     *
     * @param version the version that the update made; null in a repeated request if it is no longer known
     * @param state the state of that version; null if it is no longer stored, or if the response would be too large
     */
    public record TransactionEntity(
            String entityId,
            String space,
            @Nullable Long version,
            @Nullable JsonNode state) {}

    /**
     * Response to a transaction that was applied.
     *
     * @param transactionId the mutation id of the request; the commits in feeds and events have it
     * @param results the result of each update, in order
     * @param replayed true if an earlier request applied the transaction, else null
     */
    public record TransactionAnswer(
            String transactionId,
            List<TransactionEntity> results,
            @Nullable Boolean replayed) {}

    /** Applies updates of entities in one or several spaces, all of them or none. */
    @POST
    @Requires(value = Scope.STATE_WRITE, players = Players.WHAT_THE_RESOURCE_ALLOWS)
    @Operation(operationId = "applyTransaction", summary = "Update entities in several spaces, all of them or none")
    public TransactionAnswer apply(
            @HeaderParam(IdempotentRequest.HEADER) @Nullable String idempotencyKey, TransactionRequest request) {
        String id = UpdateProblems.mutationId(request.mutationId(), idempotencyKey);
        if (id == null) {
            throw new ProblemException(Problem.badRequest("mutationId", "The field mutationId is missing."));
        }
        String schemaVersion = QueryParameters.semanticVersion("schemaVersion", request.schemaVersion());
        Sender sender = new Sender(caller.get(), caller.get().name(), null, schemaVersion);
        List<SyncService.Update> updates = updates(sender, request.updates());
        TransactionResult result = transactions.apply(caller.game(), id, updates);
        if (result instanceof Applied applied) {
            return answer(
                    id,
                    sender,
                    updates,
                    applied.versions().stream()
                            .map(entity -> (CommitResult) new Done(entity, false))
                            .toList(),
                    null);
        }
        if (result instanceof Replayed replayed) {
            return answer(id, sender, updates, replayed.results(), true);
        }
        if (result instanceof Refused refused) {
            throw new ProblemException(problem(sender, updates.get(refused.index()), refused));
        }
        throw new ProblemException(
                result instanceof Reused
                        ? Problem.idReused(request.mutationId() == null ? IdempotentRequest.HEADER : "mutationId")
                        : Problem.unavailable(1));
    }

    private List<SyncService.Update> updates(Sender from, @Nullable List<@Nullable SyncUpdate> requested) {
        int max = transactions.maxUpdates();
        if (requested == null || requested.isEmpty() || requested.size() > max) {
            throw new ProblemException(Problem.badRequest("updates", "A transaction has 1 to " + max + " updates."));
        }
        List<SyncService.Update> updates = new ArrayList<>();
        for (int i = 0; i < requested.size(); i++) {
            try {
                updates.add(update(from, requested.get(i), "updates[" + i + "]."));
            } catch (ProblemException e) {
                throw new ProblemException(e.problem().with("index", i));
            }
        }
        return updates;
    }

    private SyncService.Update update(Sender from, @Nullable SyncUpdate update, String prefix) {
        if (update != null && update.mutationId() != null) {
            throw new ProblemException(Problem.badRequest(
                    prefix + "mutationId", "The mutation id of a transaction is that of the whole request."));
        }
        return sync.read(from, update, prefix);
    }

    /** The problem that the update alone would have, with its index. */
    private Problem problem(Sender sender, SyncService.Update update, Refused refused) {
        if (refused.reason().rejection() instanceof Rejection.AlreadyParked) {
            return Problem.idReused("mutationId");
        }
        Problem problem = UpdateProblems.answer(
                        update.entityId(),
                        answers.of(sender.caller().game(), new Decided(refused.reason()), sender.schemaVersion()))
                .problem();
        if (problem == null) {
            return Problem.unavailable(1);
        }
        String field = problem.field();
        return problem.withField(field == null ? null : "updates[" + refused.index() + "]." + field)
                .with("index", refused.index());
    }

    private TransactionAnswer answer(
            String id,
            Sender sender,
            List<SyncService.Update> updates,
            List<CommitResult> results,
            @Nullable Boolean replayed) {
        AnswerBudget budget = new AnswerBudget(config.answerBytes());
        List<TransactionEntity> entities = new ArrayList<>();
        for (int i = 0; i < results.size(); i++) {
            SyncService.Update update = updates.get(i);
            Long version = null;
            JsonNode state = null;
            if (results.get(i) instanceof Done done) {
                Entity entity = answers.of(sender.caller().game(), done.entity(), sender.schemaVersion());
                version = entity.version();
                state = budget.take(AnswerBudget.sizeBytes(entity)) ? entity.json() : null;
            } else if (results.get(i) instanceof VersionExpired expired && expired.version() > 0) {
                version = expired.version();
            }
            entities.add(new TransactionEntity(update.entityId(), update.space(), version, state));
        }
        return new TransactionAnswer(id, entities, replayed);
    }
}
