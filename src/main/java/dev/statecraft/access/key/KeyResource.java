package dev.statecraft.access.key;

import dev.statecraft.access.CurrentCaller;
import dev.statecraft.access.Requires;
import dev.statecraft.access.Scope;
import dev.statecraft.access.audit.AuditService;
import dev.statecraft.access.idempotency.IdempotentRequest;
import dev.statecraft.http.Cursor;
import dev.statecraft.http.Ids;
import dev.statecraft.http.Problem;
import dev.statecraft.http.ProblemException;
import dev.statecraft.http.QueryParameters;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.net.URI;
import java.time.Clock;
import java.time.Instant;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponseSchema;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

/** API keys over HTTP: create, list, revoke. */
@Path("/v1/keys")
@Produces(MediaType.APPLICATION_JSON)
@Consumes(MediaType.APPLICATION_JSON)
@Tag(name = "Access")
public class KeyResource {

    private static final int MAX_NAME_LENGTH = 128;

    private final KeyService keys;
    private final AuditService audit;
    private final CurrentCaller caller;
    private final Clock clock;
    private final IdempotentRequest idempotent;
    private final KeyDerivation derivation;

    KeyResource(
            KeyService keys,
            AuditService audit,
            CurrentCaller caller,
            Clock clock,
            IdempotentRequest idempotent,
            KeyDerivation derivation) {
        this.derivation = derivation;
        this.idempotent = idempotent;
        this.audit = audit;
        this.keys = keys;
        this.caller = caller;
        this.clock = clock;
    }

    /**
     * Request to create an API key.
     *
     * @param game the game for which the key is valid; by default the caller's game
     * @param signed whether requests must be signed with the key; by default false
     */
    public record KeyRequest(
            @Nullable String name,
            @Nullable List<@Nullable String> scopes,
            @Nullable String game,
            @Nullable Instant expiresAt,
            @Nullable Boolean signed) {}

    /**
     * API representation of an API key.
     *
     * @param key the text of the key; only in the response that created the key and in responses to the same request
     *     with the same {@code Idempotency-Key}
     */
    public record KeyView(
            String id,
            @Nullable String key,
            String name,
            String game,
            List<String> scopes,
            boolean signed,
            Instant createdAt,
            String createdBy,
            @Nullable Instant expiresAt) {

        static KeyView of(AccessKey key, @Nullable String text) {
            return new KeyView(
                    key.id(),
                    text,
                    key.name(),
                    key.game(),
                    key.scopes().stream().map(Scope::text).sorted().toList(),
                    key.signed(),
                    key.createdAt(),
                    key.createdBy(),
                    key.expiresAt());
        }

        private KeyView withoutText() {
            return new KeyView(id, null, name, game, scopes, signed, createdAt, createdBy, expiresAt);
        }
    }

    /** A page of API keys, sorted by name. */
    public record KeyList(List<KeyView> keys, @Nullable String nextCursor) {}

    /** Creates an API key. */
    @POST
    @Requires(Scope.SYSTEM_ADMIN)
    @APIResponseSchema(KeyView.class)
    @Operation(operationId = "createKey", summary = "Create an API key; only this response contains its secret")
    public Response create(@HeaderParam(IdempotentRequest.HEADER) @Nullable String idempotencyKey, KeyRequest request) {
        if (idempotencyKey == null) {
            return create(request, null, false);
        }
        return idempotent.once(
                idempotencyKey,
                request,
                attempt -> create(request, derivation.text(attempt, idempotencyKey), attempt.retry()),
                KeyResource::withoutText,
                (attempt, answer) -> derivation
                        .existing(attempt, idempotencyKey, answer.path("id").asText())
                        .ifPresent(text -> answer.put("key", text.text())));
    }

    private static Response withoutText(Response answer) {
        return Response.fromResponse(answer)
                .entity(((KeyView) answer.getEntity()).withoutText())
                .build();
    }

    /**
     * Creates an API key.
     *
     * @param text the text of the key; null for a random one
     * @param retry whether an earlier attempt of the request may have created the key
     */
    private Response create(KeyRequest request, @Nullable KeyFormat text, boolean retry) {
        String name = name(request.name());
        Set<Scope> scopes = scopes(request.scopes());
        String game = game(request.game());
        Instant expiresAt = request.expiresAt();
        if (expiresAt != null && !expiresAt.isAfter(clock.instant())) {
            throw rejected("expiresAt", "expiresAt must be in the future.");
        }
        KeyService.NewKey wanted =
                new KeyService.NewKey(game, name, scopes, Boolean.TRUE.equals(request.signed()), expiresAt);
        String by = caller.get().name();
        AccessKey existing = text != null && retry ? keys.findByText(text).orElse(null) : null;
        KeyService.Creation creation = existing != null && text != null
                ? new KeyService.Created(existing, text.text())
                : text == null ? keys.create(wanted, by) : keys.create(wanted, by, text);
        if (creation instanceof KeyService.Created created) {
            String location = "/v1/keys/" + created.key().id();
            audit.recordIn(game, caller.get(), "createKey", "POST", location, 201);
            return Response.created(URI.create(location))
                    .entity(KeyView.of(created.key(), created.text()))
                    .header("Cache-Control", "no-store")
                    .build();
        }
        if (creation instanceof KeyService.TooMany tooMany) {
            throw new ProblemException(Problem.conflict(
                    "too-many-keys",
                    "Two keys with this name are already active",
                    "At most " + tooMany.limit()
                            + " keys with the same name can be active. Revoke the old key first."));
        }
        throw new ProblemException(Problem.unavailable(1));
    }

    /** The keys of the game. */
    @GET
    @Requires(Scope.SYSTEM_READ)
    @Operation(operationId = "listKeys", summary = "List the API keys without their secrets")
    public KeyList list(
            @QueryParam("game") @Nullable String named,
            @QueryParam("limit") @Nullable String limit,
            @QueryParam("cursor") @Nullable String cursor) {
        String game = game(named);
        String list = "keys#" + game;
        String after = cursor == null ? null : Cursor.read(cursor, list, 1).get(0);
        KeyStore.KeyPage page = keys.list(game, after, QueryParameters.limit(limit));
        return new KeyList(
                page.keys().stream().map(key -> KeyView.of(key, null)).toList(),
                page.next() == null ? null : Cursor.of(list, page.next()));
    }

    /** Revokes an API key. */
    @DELETE
    @Path("/{key}")
    @Requires(Scope.SYSTEM_ADMIN)
    @Operation(operationId = "revokeKey", summary = "Revoke an API key; cached copies expire within seconds")
    public void revoke(@PathParam("key") String id, @QueryParam("game") @Nullable String named) {
        String game = game(named);
        if (keys.revoke(game, Ids.check("key", id)).isEmpty()) {
            throw new ProblemException(
                    Problem.notFound("key-not-found", "API key not found", "The game has no API key with this id."));
        }
        audit.recordIn(game, caller.get(), "revokeKey", "DELETE", "/v1/keys/" + id, 204);
    }

    /** The game of the request. A caller that names a game needs the scope {@code system:admin}. */
    private String game(@Nullable String named) {
        if (named == null) {
            return caller.game();
        }
        caller.get().require(Scope.SYSTEM_ADMIN);
        return Ids.check("game", named);
    }

    private static String name(@Nullable String name) {
        if (name == null) {
            throw rejected("name", "The field name is missing.");
        }
        if (name.isBlank() || name.length() > MAX_NAME_LENGTH || name.chars().anyMatch(Character::isISOControl)) {
            throw rejected("name", "A name has 1 to " + MAX_NAME_LENGTH + " characters and no control characters.");
        }
        return name;
    }

    private static Set<Scope> scopes(@Nullable List<@Nullable String> names) {
        if (names == null || names.isEmpty()) {
            throw rejected("scopes", "Give at least one scope.");
        }
        Set<Scope> scopes = EnumSet.noneOf(Scope.class);
        for (int i = 0; i < names.size(); i++) {
            String name = names.get(i);
            String field = "scopes[" + i + "]";
            scopes.add((name == null ? Optional.<Scope>empty() : Scope.of(name))
                    .orElseThrow(() -> rejected(
                            field,
                            "A scope is one of "
                                    + String.join(
                                            ", ",
                                            Scope.ALL.stream().map(Scope::text).toList())
                                    + ".")));
        }
        return scopes;
    }

    private static ProblemException rejected(String field, String detail) {
        return new ProblemException(Problem.badRequest(field, detail));
    }
}
