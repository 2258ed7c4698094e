package dev.statecraft.erasure;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.statecraft.access.Caller;
import dev.statecraft.access.NoScopeRequired;
import dev.statecraft.access.audit.AuditService;
import dev.statecraft.access.key.GameService;
import dev.statecraft.http.Ids;
import dev.statecraft.http.Problem;
import dev.statecraft.http.ProblemException;
import dev.statecraft.replication.state.JsonValues;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.io.IOException;
import java.time.Clock;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

/**
 * Webhook for Roblox's right-to-erasure notifications. The signature of the notification is the credential. The player
 * is erased from the games of the start places in the notification. {@code statecraft.erasure.roblox-places} maps start
 * places to games; a start place whose id is the name of a game belongs to that game. Without the setting, a
 * notification whose start places match no game concerns all games of the deployment.
 */
@Path("/v1/webhooks/roblox")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "Erasure")
public class RobloxResource {

    private static final String ERASURE = "RightToErasureRequest";
    private static final String BY = "roblox";

    private final ErasureService erasures;
    private final GameService games;
    private final AuditService audit;
    private final ErasureConfig config;
    private final Clock clock;
    private final ObjectMapper mapper;

    RobloxResource(
            ErasureService erasures,
            GameService games,
            AuditService audit,
            ErasureConfig config,
            Clock clock,
            ObjectMapper mapper) {
        this.audit = audit;
        this.erasures = erasures;
        this.games = games;
        this.config = config;
        this.clock = clock;
        this.mapper = mapper;
    }

    /** Result of a notification: ids of the erasures it started; empty if it requests no erasure. */
    @Schema(name = "RobloxErasures")
    public record Taken(List<String> erasures) {}

    /** Receives a notification, verifies its signature over the raw body, and starts the erasures at most once. */
    @POST
    @Consumes(MediaType.APPLICATION_JSON)
    @NoScopeRequired(NoScopeRequired.To.EVERYONE)
    @Operation(operationId = "receiveRobloxWebhook", summary = "Receive a right-to-erasure notification from Roblox")
    public Taken take(byte[] body, @HeaderParam("roblox-signature") @Nullable String signature) {
        String secret = config.robloxSecret()
                .orElseThrow(() ->
                        new ProblemException(Problem.unauthorized("No webhook secret for Roblox is configured.")));
        switch (RobloxSignature.check(signature, body, secret, clock.instant(), config.robloxTolerance())) {
            case FORGED -> throw new ProblemException(Problem.unauthorized("The signature is wrong."));
            case STALE -> throw new ProblemException(Problem.unauthorized("The notification is too old."));
            case GOOD -> {}
        }
        JsonNode notification = tree(body);
        JsonNode payload = notification.path("EventPayload");
        Set<String> concerned = Set.of();
        String player = "";
        if (notification.path("EventType").asText().equals(ERASURE)) {
            player = Ids.checkStored(
                    "EventPayload.UserId", JsonValues.id(payload.path("UserId")).orElse(null));
            concerned = gamesOf(payload, config.robloxPlaces().orElse(List.of()), games.all());
        }
        Map<String, Erasure> started = erasures.eraseOnce(body, concerned, player, BY)
                .orElseThrow(() -> new ProblemException(
                        Problem.conflict("notification-repeated", "Duplicate notification", null)));
        started.forEach((game, erasure) -> audit.record(
                new Caller(game, BY), "receiveRobloxWebhook", "POST", "/v1/erasures/" + erasure.id(), 200));
        return new Taken(started.values().stream().map(Erasure::id).toList());
    }

    /**
     * The games that a notification concerns.
     *
     * @param places the game of each start place, as {@code place=game}
     * @param all all games of the deployment
     */
    static Set<String> gamesOf(JsonNode payload, List<String> places, List<String> all) {
        Map<String, String> byPlace = new HashMap<>();
        all.forEach(game -> byPlace.put(game, game));
        for (String place : places) {
            int cut = place.indexOf('=');
            byPlace.put(
                    place.substring(0, Math.max(0, cut)).strip(),
                    place.substring(cut + 1).strip());
        }
        Set<String> named = new TreeSet<>();
        payload.path("GameIds")
                .forEach(id -> named.add(byPlace.getOrDefault(JsonValues.id(id).orElse(""), "")));
        named.retainAll(all);
        return named.isEmpty() && places.isEmpty() ? Set.copyOf(all) : named;
    }

    private JsonNode tree(byte[] body) {
        try {
            JsonNode tree = mapper.readTree(body);
            if (tree != null && tree.isObject()) {
                return tree;
            }
        } catch (IOException e) {
            throw new ProblemException(Problem.badRequest(
                    null, "The body is not JSON: " + e.getClass().getSimpleName()));
        }
        throw new ProblemException(Problem.badRequest(null, "The body is not a JSON object."));
    }
}
