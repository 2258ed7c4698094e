package dev.statecraft.http;

import com.fasterxml.jackson.databind.JsonNode;
import dev.statecraft.access.Requires;
import dev.statecraft.access.Scope;
import io.quarkus.runtime.annotations.RegisterForReflection;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.NewCookie;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.UriInfo;
import java.math.BigDecimal;
import java.net.URI;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.services.dynamodb.model.ProvisionedThroughputExceededException;
import software.amazon.awssdk.services.dynamodb.model.ResourceNotFoundException;

/** A resource for tests of HTTP and JSON without any feature. */
@Path("/v1/echo")
@Produces(MediaType.APPLICATION_JSON)
@Consumes(MediaType.APPLICATION_JSON)
public class EchoResource {

    enum Color {
        RED,
        GREEN
    }

    @RegisterForReflection
    record Score(@Nullable String playerId, @Nullable BigDecimal value) {
        Score {
            if (playerId != null) {
                Ids.check("playerId", playerId);
            }
        }
    }

    @RegisterForReflection
    record Body(
            @Nullable String text,
            @Nullable Integer count,
            @Nullable BigDecimal value,
            @Nullable Boolean flag,
            @Nullable Color color,
            @Nullable JsonNode metadata,
            @Nullable Map<String, String> labels,
            @Nullable List<Score> scores,
            @Nullable Instant at) {}

    /** A type that Jackson cannot create. */
    interface Undefined {
        String text();
    }

    /** A value that cannot be serialized. */
    public static final class Refusing {

        public String getText() {
            return List.<String>of().get(0);
        }
    }

    @RegisterForReflection
    record Shapes(
            Instant time,
            BigDecimal big,
            BigDecimal small,
            @Nullable String absent) {}

    @Requires(Scope.SYSTEM_READ)
    @POST
    public Body echo(Body body) {
        return body;
    }

    @Requires(Scope.SYSTEM_READ)
    @POST
    @Path("raw")
    public Map<String, Integer> raw(byte[] body) {
        return Map.of("length", body.length);
    }

    @Requires(Scope.SYSTEM_READ)
    @GET
    @Path("shapes")
    public Shapes shapes() {
        return new Shapes(Instant.ofEpochSecond(1_700_000_000), new BigDecimal("1E+3"), new BigDecimal("1E-9"), null);
    }

    @Requires(Scope.SYSTEM_READ)
    @GET
    @Path("page")
    public Map<String, Object> page(@QueryParam("limit") @Nullable String limit, @QueryParam("q") @Nullable String q) {
        return Map.of("limit", QueryParameters.limit(limit), "q", q == null ? "" : q);
    }

    @Requires(Scope.SYSTEM_READ)
    @GET
    @Path("ids/{id}")
    public Map<String, String> id(@PathParam("id") String id) {
        return Map.of("id", Ids.check("id", id));
    }

    /** The parameter as the resource receives it, and as the authorization filters see it. */
    @Requires(Scope.SYSTEM_READ)
    @GET
    @Path("parameters/{id}")
    public Map<String, String> parameter(@PathParam("id") String id, @Context UriInfo uri) {
        return Map.of("given", id, "authorized", uri.getPathParameters().getFirst("id"));
    }

    @Requires(Scope.SYSTEM_READ)
    @PUT
    @Path("ids/{id}")
    public Map<String, String> put(@PathParam("id") String id, Body body) {
        return Map.of("id", id);
    }

    @Requires(Scope.SYSTEM_READ)
    @GET
    @Path("headers")
    public Response headers(@Context HttpHeaders headers) {
        return Response.ok(headers.getRequestHeaders())
                .cookie(new NewCookie.Builder("a").value("1").build())
                .cookie(new NewCookie.Builder("b").value("2").build())
                .header("X-Many", "one")
                .header("X-Many", "two")
                .build();
    }

    @Requires(Scope.SYSTEM_READ)
    @GET
    @Path("large")
    public Map<String, String> large() {
        return Map.of("text", "statecraft ".repeat(1_000));
    }

    @Requires(Scope.SYSTEM_READ)
    @GET
    @Path("binary")
    @Produces(MediaType.APPLICATION_OCTET_STREAM)
    public byte[] binary() {
        return new byte[] {0, 1, (byte) 0xff};
    }

    /** A response whose serialization fails after its first part. */
    @Requires(Scope.SYSTEM_ADMIN)
    @POST
    @Path("unwritable/{how}")
    public Response unwritable(@PathParam("how") String how) {
        Map<String, Object> answer = new LinkedHashMap<>();
        answer.put("text", "statecraft ".repeat(10_000));
        answer.put(
                "end",
                switch (how) {
                    case "unknown-type" -> new Object();
                    case "endless" -> answer;
                    default -> new Refusing();
                });
        return Response.accepted(answer)
                .location(URI.create("/v1/echo/made"))
                .tag("1")
                .build();
    }

    /** A list that cannot be serialized, from a method with a declared return type. */
    @Requires(Scope.SYSTEM_ADMIN)
    @POST
    @Path("refusing")
    public List<Refusing> refusing() {
        return List.of(new Refusing());
    }

    /** Accepts a body of a type that cannot be parsed. */
    @Requires(Scope.SYSTEM_READ)
    @POST
    @Path("undefined")
    public Map<String, String> undefined(Undefined body) {
        return Map.of("text", body.text());
    }

    @Requires(Scope.SYSTEM_READ)
    @GET
    @Path("fail/{how}")
    public Response fail(@PathParam("how") String how) {
        throw switch (how) {
            case "conflict" ->
                new ProblemException(Problem.conflict("version-conflict", "The version moved on", null)
                        .with("current", Map.of("version", 7)));
            case "slow-down" -> new ProblemException(Problem.tooManyRequests(3, "At most 10 a second."));
            case "throttled" ->
                ProvisionedThroughputExceededException.builder()
                        .message("slow down")
                        .awsErrorDetails(AwsErrorDetails.builder()
                                .errorCode("ProvisionedThroughputExceededException")
                                .build())
                        .statusCode(400)
                        .build();
            case "unreachable" -> SdkClientException.create("connection refused");
            case "no-table" ->
                ResourceNotFoundException.builder().statusCode(400).build();
            default -> new IllegalStateException("secret details");
        };
    }
}
