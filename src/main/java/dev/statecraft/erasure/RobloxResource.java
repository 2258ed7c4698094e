package dev.statecraft.erasure;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.statecraft.access.Caller;
import dev.statecraft.access.GameService;
import dev.statecraft.access.Open;
import dev.statecraft.entry.Ids;
import dev.statecraft.entry.Problem;
import dev.statecraft.entry.ProblemException;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.io.IOException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

/**
 * Where Roblox says that somebody wants to be forgotten. Its signature is the credential. The games are those the
 * notification names, by their universe ids, as far as keys were ever made for them; in a stack that tells no games apart
 * it is the one.
 */
@Path("/v1/webhooks/roblox")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "Erasure")
public class RobloxResource {

    private static final String ERASURE = "RightToErasureRequest";
    private static final String BY = "roblox";

    private final ErasureService erasures;
    private final GameService games;
    private final ErasureConfig config;
    private final Clock clock;
    private final ObjectMapper mapper;

    RobloxResource(ErasureService erasures, GameService games, ErasureConfig config, Clock clock, ObjectMapper mapper) {
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
    @Operation(operationId = "receiveRobloxWebhook", summary = "Take a right-to-erasure notification of Roblox")
    public Taken take(byte[] body, @HeaderParam("roblox-signature") @Nullable String signature) {
        String secret = config.robloxSecret()
                .orElseThrow(() -> new ProblemException(
                        Problem.unauthorized("No secret for Roblox's notifications is configured.")));
        switch (RobloxSignature.check(signature, body, secret, clock.instant(), config.robloxTolerance())) {
            case FORGED -> throw new ProblemException(Problem.unauthorized("The signature is not right."));
            case STALE -> throw new ProblemException(Problem.unauthorized("The notification is too old."));
            case GOOD -> {}
        }
        if (!erasures.isNew(Caller.DEFAULT_GAME, String.valueOf(signature))) {
            throw new ProblemException(
                    Problem.conflict("notification-repeated", "The notification was taken before", null));
        }
        JsonNode notification = tree(body);
        if (!notification.path("EventType").asText().equals(ERASURE)) {
            return new Taken(List.of());
        }
        JsonNode payload = notification.path("EventPayload");
        String player = Ids.check("EventPayload.UserId", payload.path("UserId").asText(null));
        List<String> begun = new ArrayList<>();
        for (String game : gamesOf(payload, games.all())) {
            begun.add(erasures.erase(game, player, BY).id());
        }
        return new Taken(begun);
    }

    /** The games a notification is about, of all there are. */
    static Set<String> gamesOf(JsonNode payload, List<String> all) {
        Set<String> named = new TreeSet<>();
        payload.path("GameIds").forEach(id -> named.add(id.asText()));
        named.retainAll(all);
        return named.isEmpty() && all.size() == 1 ? Set.copyOf(all) : named;
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
