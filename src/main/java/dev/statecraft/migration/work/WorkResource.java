package dev.statecraft.migration.work;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.statecraft.access.CurrentCaller;
import dev.statecraft.access.Requires;
import dev.statecraft.access.Scope;
import dev.statecraft.http.Ids;
import dev.statecraft.http.Problem;
import dev.statecraft.http.ProblemException;
import dev.statecraft.http.json.BulkRequest;
import dev.statecraft.http.json.ItemList;
import dev.statecraft.migration.definition.MigrationConfig;
import dev.statecraft.migration.registry.MigrationProblems;
import dev.statecraft.migration.run.MigrationStatus;
import dev.statecraft.migration.run.Run;
import dev.statecraft.migration.segment.WorkPage;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Stream;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

/** Migrations that game servers do, with functions of their own: a page of records out, migrated records in. */
@Path("/v1/migrations/{version}/work")
@Produces(MediaType.APPLICATION_JSON)
@Consumes(MediaType.APPLICATION_JSON)
@Tag(name = "Data migration")
public class WorkResource {

    private static final String DEFAULT_SPACE = "global";

    private final WorkService work;
    private final MigrationConfig config;
    private final CurrentCaller caller;

    WorkResource(WorkService work, MigrationConfig config, CurrentCaller caller) {
        this.work = work;
        this.config = config;
        this.caller = caller;
    }

    /** How many records at most, and what was answered last about the leases of others. */
    public record LeaseRequest(
            @Nullable Integer limit, @Nullable Map<String, Long> seen) {}

    /** Leased records, migrated. */
    public record WorkRequest(
            @Nullable String lease, @Nullable List<MigratedRecord> records) implements BulkRequest {}

    /** A record as it is to be, or why it cannot be migrated. */
    public record MigratedRecord(
            @Nullable String id,
            @Nullable String space,
            @Nullable JsonNode state,
            @Nullable String error) {}

    /** A record to migrate, as the migrations before leave it. */
    public record LeasedRecord(String id, String space, long version, String schemaVersion, JsonNode state) {}

    /**
     * Records to migrate, or when to ask again.
     *
     * @param done whether there is nothing to do for game servers any more
     * @param status how far the migration is
     * @param direction DOWN if the records are to be taken back to what they were; missing if there are none
     * @param lease names the page when it is handed in; missing if there is none
     * @param leaseMillis how long the page may take before another server may be handed it
     * @param waitMillis when to ask again; 0 if there are records
     * @param seen to be handed in then
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record LeaseAnswer(
            boolean done,
            MigrationStatus status,
            Run.@Nullable Direction direction,
            @Nullable String lease,
            @Nullable Long leaseMillis,
            List<LeasedRecord> records,
            long waitMillis,
            @Nullable Map<Integer, Long> seen) {}

    /**
     * What a page came to.
     *
     * @param done records that were migrated
     * @param failed records that were put aside
     * @param again records that somebody wrote meanwhile; they come once more
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record WorkAnswer(
            long done, long failed, long again, @Nullable Boolean replayed) {}

    /** Leases a page of records. */
    @POST
    @Requires(value = Scope.MIGRATE_RUN, audited = false)
    @Path("/lease")
    @Operation(operationId = "leaseMigrationWork", summary = "Lease a record page to migrate")
    public LeaseAnswer lease(@PathParam("version") String version, @Nullable LeaseRequest request) {
        Integer limit = request == null ? null : request.limit();
        if (limit != null && (limit < 1 || limit > config.pageSize())) {
            throw refused("limit", "The value must be an integer from 1 to " + config.pageSize() + ".");
        }
        WorkService.Leased leased = work.lease(
                caller.game(),
                MigrationProblems.version("version", version),
                limit == null ? config.pageSize() : limit,
                seen(request == null ? null : request.seen()));
        if (leased instanceof WorkService.Unknown) {
            throw new ProblemException(MigrationProblems.notFound());
        }
        if (leased instanceof WorkService.NotForWorkers) {
            throw new ProblemException(MigrationProblems.notForWorkers());
        }
        if (leased instanceof WorkService.Nothing nothing) {
            return new LeaseAnswer(true, nothing.status(), null, null, null, List.of(), 0, null);
        }
        if (leased instanceof WorkService.Wait wait) {
            return new LeaseAnswer(
                    false,
                    wait.status(),
                    null,
                    null,
                    null,
                    List.of(),
                    wait.waitMillis(),
                    wait.seen().isEmpty() ? null : wait.seen());
        }
        WorkService.Page page = (WorkService.Page) leased;
        return new LeaseAnswer(
                false,
                page.status(),
                page.direction(),
                page.lease(),
                config.workLease().toMillis(),
                page.tasks().stream()
                        .map(task -> new LeasedRecord(
                                task.id(), task.space(), task.version(), task.schemaVersion(), task.state()))
                        .toList(),
                0,
                null);
    }

    /** Takes migrated records back: exactly those that were leased, each once. */
    @POST
    @Requires(value = Scope.MIGRATE_RUN, audited = false)
    @Path("/complete")
    @Operation(operationId = "completeMigrationWork", summary = "Submit the migrated records of a lease")
    public WorkAnswer complete(@PathParam("version") String version, WorkRequest request) {
        String lease = request.lease();
        if (lease == null) {
            throw refused("lease", "The field lease is missing.");
        }
        List<MigratedRecord> records = request.records();
        if (records == null || records.size() > config.pageSize()) {
            throw refused("records", "Submit the leased records, at most " + config.pageSize() + ".");
        }
        List<Reading> readings = new ArrayList<>();
        for (int i = 0; i < records.size(); i++) {
            readings.add(reading(records, i));
        }
        WorkService.Completed completed = work.complete(
                caller.game(),
                MigrationProblems.version("version", version),
                lease,
                readings.stream().map(Reading::returned).toList());
        if (completed instanceof WorkService.Unknown) {
            throw new ProblemException(MigrationProblems.notFound());
        }
        if (completed instanceof WorkService.NotForWorkers) {
            throw new ProblemException(MigrationProblems.notForWorkers());
        }
        if (completed instanceof WorkService.Lost) {
            // No run knows of the records, so what is wrong with one is all that can be said of it.
            readings.stream()
                    .map(Reading::problem)
                    .flatMap(Stream::ofNullable)
                    .findFirst()
                    .ifPresent(problem -> {
                        throw new ProblemException(problem);
                    });
            throw new ProblemException(MigrationProblems.leaseLost());
        }
        if (completed instanceof WorkService.Foreign foreign) {
            throw refused(
                    foreign.mismatch().index() < 0
                            ? "records"
                            : "records[" + foreign.mismatch().index() + "]",
                    foreign.mismatch().reason());
        }
        WorkService.Done done = (WorkService.Done) completed;
        return new WorkAnswer(
                done.answer().done(),
                done.answer().failed(),
                done.answer().again(),
                done.replayed() ? Boolean.TRUE : null);
    }

    /** A record as it came back, and what was wrong with it; a record with a problem comes back as failed. */
    private record Reading(
            WorkPage.Returned returned, @Nullable Problem problem) {}

    /** Reads a record; one with a problem fails alone and the others are done, unless it does not say which it is. */
    private Reading reading(List<MigratedRecord> records, int index) {
        String prefix = "records[" + index + "].";
        try {
            return new Reading(returned(prefix, records.get(index)), null);
        } catch (ProblemException e) {
            String id = text(records, index, "id", MigratedRecord::id);
            String space = text(records, index, "space", MigratedRecord::space);
            if (id == null || !Ids.isId(id) || (space != null && !Ids.isId(space))) {
                throw e;
            }
            String reason = e.problem().field() + ": " + e.problem().detail();
            return new Reading(
                    new WorkPage.Returned(
                            space == null ? DEFAULT_SPACE : space,
                            id,
                            null,
                            reason.substring(0, Math.min(reason.length(), config.descriptionLength()))),
                    e.problem());
        }
    }

    /** A field of a record, whether the record could be read as a whole or not. */
    private static @Nullable String text(
            List<MigratedRecord> records, int index, String field, Function<MigratedRecord, @Nullable String> read) {
        if (records instanceof ItemList<MigratedRecord> items && items.hasProblem(index)) {
            return items.text(index, field);
        }
        MigratedRecord record = records.get(index);
        return record == null ? null : read.apply(record);
    }

    private WorkPage.Returned returned(String prefix, @Nullable MigratedRecord record) {
        if (record == null) {
            throw refused(prefix.substring(0, prefix.length() - 1), "A record is an object.");
        }
        String id = Ids.check(prefix + "id", record.id());
        String space = record.space() == null ? DEFAULT_SPACE : Ids.check(prefix + "space", record.space());
        String error = record.error();
        JsonNode json = record.state();
        if ((error == null) == (json == null || json.isNull())) {
            throw refused(
                    prefix + "state", "A record has either its new state or an error.");
        }
        if (error != null && error.length() > config.descriptionLength()) {
            throw refused(prefix + "error", "An error has at most " + config.descriptionLength() + " characters.");
        }
        return new WorkPage.Returned(space, id, json == null ? null : state(prefix + "state", json), error);
    }

    /** Where a client can only send an empty array for an empty object, it is accepted as such. */
    private static @Nullable ObjectNode state(String field, JsonNode json) {
        if (json.isNull()) {
            return null;
        }
        if (json instanceof ObjectNode object) {
            return object;
        }
        if (json.isArray() && json.isEmpty()) {
            return JsonNodeFactory.instance.objectNode();
        }
        throw refused(field, "A state is a JSON object.");
    }

    private static Map<Integer, Long> seen(@Nullable Map<String, Long> given) {
        Map<Integer, Long> seen = new TreeMap<>();
        if (given != null) {
            given.forEach((segment, revision) -> {
                if (!segment.matches("[0-9]{1,2}") || revision == null) {
                    throw refused("seen", "Send the value of seen from the last lease response unchanged.");
                }
                seen.put(Integer.parseInt(segment), revision);
            });
        }
        return seen;
    }

    private static ProblemException refused(String field, String detail) {
        return new ProblemException(Problem.badRequest(field, detail));
    }
}
