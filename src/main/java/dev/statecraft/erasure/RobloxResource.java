package dev.statecraft.erasure;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.statecraft.access.AuditService;
import dev.statecraft.access.Caller;
import dev.statecraft.access.GameService;
import dev.statecraft.access.Open;
import dev.statecraft.entry.Ids;
import dev.statecraft.entry.Problem;
import dev.statecraft.entry.ProblemException;
import dev.statecraft.replication.JsonValues;
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
 * Where Roblox says that somebody wants to be forgotten. Its signature is the credential. The games are those of the start
 * places that the notification names: by {@code statecraft.erasure.roblox-places}, or where the id of a place is the name
 * of a game. Where that says nothing, the studio has not told places apart, and it is all games of the stack.
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

    /** What came of a notification: the erasures it began, none if it is about something else. */
    @Schema(name = "RobloxErasures")
    public record Taken(List<String> erasures) {}

    /** Takes a notification: verified over the body as it came, at most once, and worked off by itself. */
    @POST
    @Consumes(MediaType.APPLICATION_JSON)
    @Open(Open.To.EVERYONE)
    @Operation(operationId = "receiveRobloxWebhook", summary = "Receive a right-to-erasure notification from Roblox")
    public Taken take(byte[] body, @HeaderParam("roblox-signature") @Nullable String signature) {
        String secret = config.robloxSecret()
                .orElseThrow(() -> new ProblemException(
                        Problem.unauthorized("No webhook secret for Roblox is configured.")));
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
        Map<String, Erasure> begun = erasures.eraseOnce(body, concerned, player, BY)
                .orElseThrow(() -> new ProblemException(
                        Problem.conflict("notification-repeated", "Duplicate notification", null)));
        begun.forEach((game, erasure) ->
                audit.note(new Caller(game, BY), "receiveRobloxWebhook", "POST", "/v1/erasures/" + erasure.id(), 200));
        return new Taken(begun.values().stream().map(Erasure::id).toList());
    }

    /**
     * The games a notification is about, of all there are.
     *
     * @param places which game a start place belongs to, each as {@code place=game}
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
