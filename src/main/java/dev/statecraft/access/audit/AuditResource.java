package dev.statecraft.access.audit;

import dev.statecraft.access.CurrentCaller;
import dev.statecraft.access.Requires;
import dev.statecraft.access.Scope;
import dev.statecraft.http.Cursor;
import dev.statecraft.http.QueryParameters;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import java.util.List;
import java.util.regex.Pattern;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

/** The audit trail over HTTP. */
@Path("/v1/audit")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "Access")
public class AuditResource {

    private static final String LIST = "audit";
    private static final Pattern POSITION = Pattern.compile("[0-9]{16}-[0-9a-f]{8}");

    private final AuditService audit;
    private final CurrentCaller caller;

    AuditResource(AuditService audit, CurrentCaller caller) {
        this.audit = audit;
        this.caller = caller;
    }

    /** A page of audit records; {@code nextCursor} is missing on the last page. */
    public record AuditList(
            List<AuditRecord> records, @Nullable String nextCursor) {}

    /** Audit records, newest first. */
    @GET
    @Requires(Scope.SYSTEM_READ)
    @Operation(operationId = "listAuditRecords", summary = "List the audit records, newest first")
    public AuditList list(@QueryParam("cursor") @Nullable String cursor, @QueryParam("limit") @Nullable String limit) {
        String before = cursor == null ? null : Cursor.read(cursor, LIST, 1).get(0);
        if (before != null && !POSITION.matcher(before).matches()) {
            throw Cursor.foreign();
        }
        AuditStore.Page page = audit.newest(caller.game(), before, QueryParameters.limit(limit));
        String next = page.next();
        return new AuditList(page.records(), next == null ? null : Cursor.of(LIST, next));
    }
}
