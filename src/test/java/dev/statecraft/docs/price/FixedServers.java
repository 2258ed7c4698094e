package dev.statecraft.docs.price;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Map;

/**
 * Dollars of two alternatives that a studio runs by itself, at least two of everything in two zones: a Redis replication
 * group behind game API servers, and open-source Nakama with PostgreSQL. Labour is not in them.
 */
final class FixedServers {

    private static final double USABLE_CACHE_GIGABYTES = 1.0;

    private final PriceModel model;

    FixedServers(PriceModel model) {
        this.model = model;
    }

    /** Two API servers, a load balancer, and a primary and a replica of ElastiCache; more of them under more load. */
    double redis(String profile, double dailyPlayers) {
        double gigabytes = players(profile, dailyPlayers, "cacheKilobytesPerPlayer");
        double nodes = 2 * Math.ceil(Math.max(1, gigabytes / USABLE_CACHE_GIGABYTES));
        return hours(pairs(profile, dailyPlayers) * 2 * model.price("serverSmall")
                        + nodes * model.price("cacheSmall")
                        + edge())
                + transfer(profile, dailyPlayers);
    }

    /** One active and one standby Nakama node, a load balancer, and a Multi-AZ PostgreSQL. */
    double nakama(String profile, double dailyPlayers) {
        double gigabytes = Math.max(
                model.assumption("databaseGigabytes"), players(profile, dailyPlayers, "storedKilobytesPerPlayer"));
        double pairs = pairs(profile, dailyPlayers);
        return hours(pairs * (2 * model.price("serverMedium") + model.price("databaseMediumMultiAz")) + edge())
                + gigabytes * model.price("databaseStorageMultiAz")
                + transfer(profile, dailyPlayers);
    }

    /** LootLocker at the published price of players beyond a contract. */
    double lootLocker(double dailyPlayers) {
        return dailyPlayers * model.assumption("monthlyPerDailyPlayers") * model.price("lootLockerPlayer");
    }

    /** A load balancer with one capacity unit and two addresses, and an address for each of two servers. */
    private double edge() {
        return model.price("loadBalancer") + model.price("loadBalancerUnit") + 4 * model.price("publicAddress");
    }

    private static double hours(double dollarsPerHour) {
        return PriceModel.HOURS_PER_MONTH * dollarsPerHour;
    }

    private double players(String profile, double dailyPlayers, String kilobytes) {
        return dailyPlayers
                * model.assumption("monthlyPerDailyPlayers")
                * model.profile(profile).path(kilobytes).asDouble()
                / 1e6;
    }

    private double pairs(String profile, double dailyPlayers) {
        double pushes = model.profile(profile).path("perPlayerDay").path("push").asDouble()
                * model.assumption("serverPushShare")
                * dailyPlayers
                / (model.assumption("activeHoursPerDay") * 3_600);
        double peak = (model.requestsPerSecond(profile, dailyPlayers) + pushes) * model.assumption("peakToAverage");
        return Math.ceil(Math.max(1, peak / model.assumption("serverRequestsPerSecond")));
    }

    private double transfer(String profile, double dailyPlayers) {
        double perDay = 0;
        for (Map.Entry<String, JsonNode> each :
                model.profile(profile).path("perPlayerDay").properties()) {
            perDay += each.getValue().asDouble() * model.busy(each.getKey()).transfer();
        }
        return perDay * model.assumption("daysPerMonth") * dailyPlayers;
    }
}
