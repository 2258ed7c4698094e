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

/** Migrations by game servers: lease a page of records, submit the migrated records. */
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

    /** Maximum number of records, and the lease state of the previous response. */
    public record LeaseRequest(
            @Nullable Integer limit, @Nullable Map<String, Long> seen) {}

    /** The migrated records of a leased page. */
    public record WorkRequest(
            @Nullable String lease, @Nullable List<MigratedRecord> records) implements BulkRequest {}

    /** A migrated record, or the reason why it cannot be migrated. */
    public record MigratedRecord(
            @Nullable String id,
            @Nullable String space,
            @Nullable JsonNode state,
            @Nullable String error) {}

    /** A record to migrate, after the migrations before. */
    public record LeasedRecord(String id, String space, long version, String schemaVersion, JsonNode state) {}

    /**
     * Leased records, or the time of the next request.
     *
     * @param done whether no work for game servers is left
     * @param status status of the run or the migration
     * @param direction DOWN if the records are to be rolled back; missing if there are none
     * @param lease name of the lease, to send with the migrated records; missing if there is none
     * @param leaseMillis time after which another server may take the lease over, in milliseconds
     * @param waitMillis milliseconds to wait before the next request; 0 if there are records
     * @param seen lease state to send with the next request
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
     * Result of a page.
     *
     * @param done number of migrated records
     * @param failed number of quarantined records
     * @param again number of records that were written concurrently and are leased again
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

    /** Submits migrated records: exactly the leased ones, each once. */
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
                readings.stream().map(Reading::submitted).toList());
        if (completed instanceof WorkService.Unknown) {
            throw new ProblemException(MigrationProblems.notFound());
        }
        if (completed instanceof WorkService.NotForWorkers) {
            throw new ProblemException(MigrationProblems.notForWorkers());
        }
        if (completed instanceof WorkService.Lost) {
            // No run can quarantine the records, so a malformed record is reported as a problem of the request.
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

    /** A submitted record, and its problem if it is malformed; a malformed record counts as failed. */
    private record Reading(
            WorkPage.Submitted submitted, @Nullable Problem problem) {}

    /** Reads a record. A malformed record fails alone, unless its id or space cannot be read. */
    private Reading reading(List<MigratedRecord> records, int index) {
        String prefix = "records[" + index + "].";
        try {
            return new Reading(submitted(prefix, records.get(index)), null);
        } catch (ProblemException e) {
            String id = text(records, index, "id", MigratedRecord::id);
            String space = text(records, index, "space", MigratedRecord::space);
            if (id == null || !Ids.isId(id) || (space != null && !Ids.isId(space))) {
                throw e;
            }
            String reason = e.problem().field() + ": " + e.problem().detail();
            return new Reading(
                    new WorkPage.Submitted(
                            space == null ? DEFAULT_SPACE : space,
                            id,
                            null,
                            reason.substring(0, Math.min(reason.length(), config.descriptionLength()))),
                    e.problem());
        }
    }

    /** A text field of a record, also of one that could not be read as a whole. */
    private static @Nullable String text(
            List<MigratedRecord> records, int index, String field, Function<MigratedRecord, @Nullable String> read) {
        if (records instanceof ItemList<MigratedRecord> items && items.hasProblem(index)) {
            return items.text(index, field);
        }
        MigratedRecord record = records.get(index);
        return record == null ? null : read.apply(record);
    }

    private WorkPage.Submitted submitted(String prefix, @Nullable MigratedRecord record) {
        if (record == null) {
            throw refused(prefix.substring(0, prefix.length() - 1), "A record is an object.");
        }
        String id = Ids.check(prefix + "id", record.id());
        String space = record.space() == null ? DEFAULT_SPACE : Ids.check(prefix + "space", record.space());
        String error = record.error();
        JsonNode json = record.state();
        if ((error == null) == (json == null || json.isNull())) {
            throw refused(prefix + "state", "A record has either its new state or an error.");
        }
        if (error != null && error.length() > config.descriptionLength()) {
            throw refused(prefix + "error", "An error has at most " + config.descriptionLength() + " characters.");
        }
        return new WorkPage.Submitted(space, id, json == null ? null : state(prefix + "state", json), error);
    }

    /**
     * Reads a state. An empty array is accepted as an empty object, because some clients cannot distinguish the two.
     */
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
