package dev.statecraft.docs.price;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/** Dollars of operations and games: measured capacity times list prices, with the assumptions of the load profiles. */
final class PriceModel {

    static final double HOURS_PER_MONTH = 730;

    private static final Path RESOURCES = Path.of("src/test/resources/dev/statecraft/docs");
    private static final double GIGABYTE = 1e9;
    private static final double SECONDS_PER_HOUR = 3_600;

    /** Default of {@code statecraft.integration.leaderboard-replication-interval}. */
    private static final double REPLICATION_SECONDS = 10;

    private final JsonNode capacity = MeasuredCapacity.read().root();
    private final JsonNode prices = read("list-prices.json");
    private final JsonNode load = read("load-profiles.json");
    private final IdleStack stack = new IdleStack(Map.of());

    private static JsonNode read(String file) {
        try {
            return MeasuredCapacity.JSON.readTree(RESOURCES.resolve(file).toFile());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Dollars of one operation by what they are paid for, in the order of the price page. */
    record Dollars(
            double gateway, double lambda, double writes, double reads, double events, double logs, double transfer) {

        static final Dollars NONE = new Dollars(0, 0, 0, 0, 0, 0, 0);

        double total() {
            return gateway + lambda + writes + reads + events + logs + transfer;
        }

        Dollars plus(Dollars other) {
            return new Dollars(
                    gateway + other.gateway,
                    lambda + other.lambda,
                    writes + other.writes,
                    reads + other.reads,
                    events + other.events,
                    logs + other.logs,
                    transfer + other.transfer);
        }

        Dollars times(double factor) {
            return new Dollars(
                    gateway * factor,
                    lambda * factor,
                    writes * factor,
                    reads * factor,
                    events * factor,
                    logs * factor,
                    transfer * factor);
        }
    }

    JsonNode prices() {
        return prices;
    }

    JsonNode load() {
        return load;
    }

    JsonNode operations() {
        return capacity.path("operations");
    }

    /** Dollars of one unit. */
    double price(String id) {
        JsonNode price = prices.path("prices").path(id);
        if (price.isMissingNode()) {
            throw new IllegalArgumentException("no price " + id);
        }
        return price.path("dollars").asDouble() / price.path("per").asDouble();
    }

    double assumption(String id) {
        JsonNode assumption = load.path("assumptions").path(id).path("value");
        if (assumption.isMissingNode()) {
            throw new IllegalArgumentException("no assumption " + id);
        }
        return assumption.asDouble();
    }

    /** Dollars of an operation of a quiet game: alone, without anything cached. */
    Dollars quiet(String operation) {
        return dollars(operation, 1, 1);
    }

    /** Dollars of an operation of a busy game: ten share the caches of an instance and the batches of the streams. */
    Dollars busy(String operation) {
        return dollars(operation, CapacityProbe.TOGETHER, CapacityProbe.TOGETHER);
    }

    /**
     * Dollars of one operation.
     *
     * @param sharingCaches requests that share cached reads, at least 1
     * @param sharingBatches operations in a batch of a stream, at least 1
     */
    Dollars dollars(String operation, double sharingCaches, double sharingBatches) {
        JsonNode measured = capacity.path("operations").path(operation);
        if (measured.isMissingNode()) {
            throw new IllegalArgumentException("no operation " + operation);
        }
        JsonNode quiet = measured.has("quiet") ? measured.path("quiet") : measured.path("busy");
        JsonNode busy = measured.has("busy") ? measured.path("busy") : quiet;
        Channel channel = channel(operation);
        Dollars sum = use("api", channel, at(quiet.path("api"), busy.path("api"), sharingCaches))
                .plus(request(channel, quiet.path("responseBytes").asDouble()));
        Map<String, Boolean> handlers = new LinkedHashMap<>();
        quiet.path("streams").fieldNames().forEachRemaining(handler -> handlers.put(handler, true));
        busy.path("streams").fieldNames().forEachRemaining(handler -> handlers.put(handler, true));
        for (String handler : handlers.keySet()) {
            sum = sum.plus(use(
                    handler,
                    Channel.NONE,
                    at(quiet.path("streams").path(handler), busy.path("streams").path(handler), sharingBatches)));
        }
        double events =
                between(quiet.path("events").asDouble(), busy.path("events").asDouble(), sharingBatches);
        return sum.plus(new Dollars(0, 0, 0, 0, events * price("busEvent"), 0, 0));
    }

    /** How the caller's part of an operation reaches the stack. */
    private enum Channel {
        HTTP,
        SOCKET,
        /** A frame that the function of another request sends. */
        PUSH,
        /** No caller: the schedule and stream consumers. */
        NONE
    }

    private static Channel channel(String operation) {
        return switch (operation) {
            case "openSocket" -> Channel.SOCKET;
            case "push" -> Channel.PUSH;
            case "idleTick", "award" -> Channel.NONE;
            default -> Channel.HTTP;
        };
    }

    /** Invocations, DynamoDB requests, read units and write units of one operation. */
    private static double[] at(JsonNode quiet, JsonNode busy, double sharing) {
        String[] names = {"invocations", "requests", "readUnits", "writeUnits"};
        double[] found = new double[names.length];
        for (int i = 0; i < names.length; i++) {
            found[i] =
                    between(quiet.path(names[i]).asDouble(), busy.path(names[i]).asDouble(), sharing);
        }
        return found;
    }

    /** A fixed part and a part that operations share: exact for one and for {@code TOGETHER}. */
    private static double between(double alone, double together, double sharing) {
        double least = 1.0 / CapacityProbe.TOGETHER;
        double share = Math.max(least, Math.min(1, 1 / sharing));
        return together + (alone - together) * (share - least) / (1 - least);
    }

    private Dollars use(String handler, Channel channel, double[] use) {
        double invocations =
                switch (channel) {
                    // Connecting, the first sync, and disconnecting.
                    case SOCKET -> 3;
                    // A frame is sent by a function that runs anyway; only its DynamoDB requests make it run longer.
                    case PUSH -> 0;
                    case HTTP, NONE -> use[0];
                };
        double seconds =
                (invocations * assumption("millisPerInvocation") + use[1] * assumption("millisPerDynamoDbRequest"))
                        / 1_000;
        double lambda =
                invocations * price("lambdaRequest") + seconds * stack.memoryGigabytes(handler) * price("lambdaSecond");
        double bytes = invocations * (assumption("platformLogBytes") + assumption("metricsLogBytes"));
        return new Dollars(
                0, lambda, use[3] * price("dynamoDbWrite"), use[2] * price("dynamoDbRead"), 0, logs(bytes), 0);
    }

    private double logs(double bytes) {
        return bytes / GIGABYTE * (price("logIngestion") + price("logStorage"));
    }

    private Dollars request(Channel channel, double responseBytes) {
        double transfer = (responseBytes + assumption("headerBytes")) / GIGABYTE * price("transferOut");
        return switch (channel) {
            case HTTP -> new Dollars(price("httpRequest"), 0, 0, 0, 0, logs(assumption("accessLogBytes")), transfer);
            // Connecting, the first sync and its answer, and disconnecting.
            case SOCKET ->
                new Dollars(4 * price("socketMessage"), 0, 0, 0, 0, logs(3 * assumption("accessLogBytes")), transfer);
            case PUSH -> new Dollars(price("socketMessage"), 0, 0, 0, 0, 0, transfer);
            case NONE -> Dollars.NONE;
        };
    }

    /** Requests of a game in a second, averaged over the active hours. */
    double requestsPerSecond(String profile, double dailyPlayers) {
        double perDay = 0;
        for (Map.Entry<String, JsonNode> each :
                profile(profile).path("perPlayerDay").properties()) {
            perDay += channel(each.getKey()) == Channel.HTTP ? each.getValue().asDouble() : 0;
        }
        return perDay * dailyPlayers / (assumption("activeHoursPerDay") * SECONDS_PER_HOUR);
    }

    JsonNode profile(String profile) {
        return load.path("profiles").path(profile);
    }

    /** Dollars of a game in a month by daily active players, without storage and the fixed rest. */
    double monthly(String profile, double dailyPlayers) {
        JsonNode game = profile(profile);
        double rate = requestsPerSecond(profile, dailyPlayers);
        double caches = Math.max(1, rate * assumption("instanceCacheSeconds"));
        double batches = Math.max(1, rate / (assumption("pollsPerSecond") * assumption("shardsPerStream")));
        double days = assumption("daysPerMonth");
        double perPlayer = game.path("socketMinutesPerPlayerDay").asDouble() * days * price("socketMinute");
        for (Map.Entry<String, JsonNode> each : game.path("perPlayerDay").properties()) {
            perPlayer += each.getValue().asDouble()
                    * days
                    * dollars(each.getKey(), caches, batches).total();
        }
        for (Map.Entry<String, JsonNode> each : game.path("perPlayerMonth").properties()) {
            perPlayer += each.getValue().asDouble()
                    * dollars(each.getKey(), caches, batches).total();
        }
        // While a game is played, the schedule function runs in every minute.
        double ticks = days * assumption("activeHoursPerDay") * 60;
        double fixed = ticks * (quiet("idleTick").total() + price("schedulerInvocation"));
        // The event consumer of a board with new scores waits for the end of the replication interval.
        double scores = game.path("perPlayerDay").path("submitRanked").asDouble() * dailyPlayers * days;
        double seconds = days * assumption("activeHoursPerDay") * SECONDS_PER_HOUR;
        fixed += Math.min(seconds, scores * REPLICATION_SECONDS)
                * stack.memoryGigabytes("event-stream")
                * price("lambdaSecond");
        for (Map.Entry<String, JsonNode> each : game.path("perMonth").properties()) {
            fixed += each.getValue().asDouble() * quiet(each.getKey()).total();
        }
        return dailyPlayers * perPlayer + fixed;
    }

    /** Dollars of the storage of a game in a month, with point-in-time recovery. */
    double storage(String profile, double dailyPlayers) {
        double players = dailyPlayers * assumption("monthlyPerDailyPlayers");
        double gigabytes =
                players * profile(profile).path("storedKilobytesPerPlayer").asDouble() * 1_000 / GIGABYTE;
        return gigabytes * (price("dynamoDbStorage") + price("dynamoDbRecovery"));
    }
}
