package dev.statecraft.docs.price;

import com.fasterxml.jackson.databind.JsonNode;
import dev.statecraft.lambda.Metrics;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/** The computed tables of the price page and of the performance page, as Markdown. */
final class PriceTables {

    private static final double MILLION = 1e6;
    private static final List<String> PROFILES = List.of("leaderboard", "replicated");
    private static final int[] PLAYERS = {100, 1_000, 10_000, 100_000, 1_000_000};

    private final PriceModel model = new PriceModel();
    private final FixedServers servers = new FixedServers(model);

    /** All tables by the name of their place in a page. */
    Map<String, String> all() {
        Map<String, String> tables = new LinkedHashMap<>();
        tables.put("operations", operations());
        tables.put("parts", parts());
        tables.put("games", games());
        tables.put("idle", idle());
        tables.put("alternatives", alternatives());
        tables.put("crossings", crossings());
        tables.put("profiles", profiles());
        tables.put("assumptions", assumptions());
        tables.put("list-prices", listPrices());
        tables.put("capacity", capacity());
        return tables;
    }

    /** The price of a month in one sentence. */
    String sentence() {
        List<String> months = new ArrayList<>();
        for (String profile : PROFILES) {
            for (int players : new int[] {1_000, 10_000, 100_000}) {
                months.add("$" + number(month(profile, players)));
            }
        }
        return ("A month costs about %s with 1,000 daily active players of a leaderboard game, %s with 10,000 and %s with"
                        + " 100,000; a replicated game %s, %s and %s; an unused stack less than a cent, storage apart.")
                .formatted(months.toArray());
    }

    private String operations() {
        ComputedTable table = new ComputedTable("operation", "alone", "ten together", "of it for DynamoDB writes");
        for (Map.Entry<String, JsonNode> each : model.operations().properties()) {
            PriceModel.Dollars busy = model.busy(each.getKey());
            table.row(
                    title(each.getValue()),
                    perMillion(model.quiet(each.getKey()).total()),
                    perMillion(busy.total()),
                    percent(busy.writes() / busy.total()));
        }
        return table.toString();
    }

    private static String title(JsonNode operation) {
        return operation.path("what").asText();
    }

    /** What one score and one commit are paid for. */
    private String parts() {
        ComputedTable table =
                new ComputedTable("", "score, alone", "score, ten together", "commit of ten, alone", "ten together");
        List<PriceModel.Dollars> columns = List.of(
                model.quiet("submitRanked"),
                model.busy("submitRanked"),
                model.quiet("commit10"),
                model.busy("commit10"));
        Map<String, ToDoubleFunction<PriceModel.Dollars>> rows = new LinkedHashMap<>();
        rows.put("DynamoDB writes", PriceModel.Dollars::writes);
        rows.put("DynamoDB reads", PriceModel.Dollars::reads);
        rows.put("API Gateway", PriceModel.Dollars::gateway);
        rows.put("Lambda", PriceModel.Dollars::lambda);
        rows.put("events on the bus", PriceModel.Dollars::events);
        rows.put("logs", PriceModel.Dollars::logs);
        rows.put("data transfer", PriceModel.Dollars::transfer);
        rows.put("sum", PriceModel.Dollars::total);
        rows.forEach((name, part) -> {
            List<String> cells = new ArrayList<>(List.of(name));
            columns.forEach(column -> cells.add(perMillion(part.applyAsDouble(column))));
            table.row(cells.toArray(new String[0]));
        });
        return table.toString();
    }

    private String games() {
        ComputedTable table = new ComputedTable(
                "daily active players",
                "leaderboard game, month",
                "per 1,000 players",
                "replicated game, month",
                "per 1,000 players");
        for (int players : PLAYERS) {
            List<String> cells = new ArrayList<>(List.of(number(players)));
            for (String profile : PROFILES) {
                double month = month(profile, players);
                cells.add(dollars(month));
                cells.add(dollars(month / players * 1_000));
            }
            table.row(cells.toArray(new String[0]));
        }
        return table.toString();
    }

    /** A game's requests, storage and custom metrics. */
    private double month(String profile, double players) {
        return model.monthly(profile, players) + model.storage(profile, players) + metrics();
    }

    /** Custom metrics of a stack that is used in every active hour. */
    private double metrics() {
        return Metrics.NAMES.size() * model.price("customMetric") * model.assumption("activeHoursPerDay") / 24;
    }

    private String idle() {
        ComputedTable table = new ComputedTable(
                "parameters", "alarm metrics", "dashboards", "scheduled runs", "month", "after free allowances");
        Map<String, Map<String, String>> variants = new LinkedHashMap<>();
        variants.put("defaults", Map.of());
        variants.put("`Alarms=true`", Map.of("Alarms", "true"));
        variants.put("`Alarms=true CloudWatchDashboard=true`", Map.of("Alarms", "true", "CloudWatchDashboard", "true"));
        variants.put("`ScheduleMode=every-minute`", Map.of("ScheduleMode", "every-minute"));
        variants.forEach((name, parameters) -> {
            IdleStack stack = new IdleStack(parameters);
            IdleBill bill = new IdleBill(model, stack);
            table.row(
                    name,
                    number(stack.alarmMetrics()),
                    number(stack.dashboards()),
                    number(stack.scheduledInvocations()),
                    dollars(bill.listed()),
                    dollars(bill.afterFreeAllowances()));
        });
        return table.toString();
    }

    private String alternatives() {
        ComputedTable table = new ComputedTable(
                "daily active players, game",
                "Statecraft",
                "Redis and two servers",
                "Nakama, self-run",
                "LootLocker, beyond a contract");
        for (String profile : PROFILES) {
            for (int players : PLAYERS) {
                table.row(
                        number(players) + ", " + profile,
                        dollars(month(profile, players)),
                        dollars(servers.redis(profile, players)),
                        dollars(servers.nakama(profile, players)),
                        dollars(servers.lootLocker(players)));
            }
        }
        return table.toString();
    }

    private String crossings() {
        ComputedTable table = new ComputedTable("game", "Redis and two servers", "Nakama, self-run");
        for (String profile : PROFILES) {
            table.row(
                    profile,
                    crossing(players -> servers.redis(profile, players) - month(profile, players)),
                    crossing(players -> servers.nakama(profile, players) - month(profile, players)));
        }
        return table.toString();
    }

    /** The largest number of daily players, rounded to two digits, below which a difference is positive. */
    private static String crossing(ToDoubleFunction<Double> difference) {
        double low = 1;
        double high = 1e8;
        for (int step = 0; step < 100; step++) {
            double middle = Math.sqrt(low * high);
            if (difference.applyAsDouble(middle) > 0) {
                low = middle;
            } else {
                high = middle;
            }
        }
        if (high >= 1e8) {
            return "none";
        }
        double unit = Math.pow(10, Math.floor(Math.log10(low)) - 1);
        return number(Math.rint(low / unit) * Math.rint(unit));
    }

    private String profiles() {
        ComputedTable table = new ComputedTable(
                "game", "a day and player", "stored for a monthly player", "of it in a cache of your own", "");
        for (String id : PROFILES) {
            JsonNode profile = model.profile(id);
            StringBuilder day = new StringBuilder();
            profile.path("perPlayerDay").properties().forEach(each -> day.append(day.isEmpty() ? "" : ", ")
                    .append(each.getValue().asText())
                    .append(" × `")
                    .append(each.getKey())
                    .append("`"));
            table.row(
                    profile.path("title").asText(),
                    day.toString(),
                    profile.path("storedKilobytesPerPlayer").asText() + " KB",
                    profile.path("cacheKilobytesPerPlayer").asText() + " KB",
                    profile.path("what").asText());
        }
        return table.toString();
    }

    private String assumptions() {
        ComputedTable table = new ComputedTable("assumption", "value", "");
        model.load()
                .path("assumptions")
                .properties()
                .forEach(each -> table.row(
                        "`" + each.getKey() + "`",
                        each.getValue().path("value").asText(),
                        each.getValue().path("why").asText()));
        return table.toString();
    }

    private String listPrices() {
        ComputedTable table = new ComputedTable("price of", "dollars", "published at", "evidence");
        model.prices().path("prices").properties().forEach(each -> {
            JsonNode price = each.getValue();
            String per = price.path("per").asInt() == 1
                    ? ""
                    : " per " + number(price.path("per").asInt());
            table.row(
                    price.path("what").asText(),
                    price.path("dollars").decimalValue().stripTrailingZeros().toPlainString() + per,
                    "[" + price.path("source").asText().replaceFirst("https://([^/]+).*", "$1") + "]("
                            + price.path("source").asText() + ")",
                    price.path("evidence").asText());
        });
        return table.toString();
    }

    /** The measured capacity of every priced operation. */
    private String capacity() {
        ComputedTable table = new ComputedTable("operation", "load", "request", "stream consumers", "events");
        for (Map.Entry<String, JsonNode> each : model.operations().properties()) {
            for (String load : List.of("quiet", "busy")) {
                JsonNode measured = each.getValue().path(load);
                if (!measured.isMissingNode()) {
                    table.row(
                            title(each.getValue()),
                            load.equals("quiet") ? "alone" : "ten together",
                            use(List.of(measured.path("api"))),
                            use(measured.path("streams").properties().stream()
                                    .map(Map.Entry::getValue)
                                    .toList()),
                            measured.path("events").asText());
                }
            }
        }
        return table.toString();
    }

    private static String use(List<JsonNode> uses) {
        double[] sum = new double[4];
        String[] names = {"invocations", "requests", "readUnits", "writeUnits"};
        for (JsonNode use : uses) {
            for (int i = 0; i < names.length; i++) {
                sum[i] += use.path(names[i]).asDouble();
            }
        }
        if (sum[0] == 0) {
            return "none";
        }
        return String.format(
                Locale.ROOT, "%.1f requests, %.1f RCU, %.1f WCU", sum[1] + 0.0, sum[2] + 0.0, sum[3] + 0.0);
    }

    private static String perMillion(double dollars) {
        return dollars(dollars * MILLION);
    }

    private static String dollars(double dollars) {
        if (dollars > 0 && dollars < 0.005) {
            return "below $0.01";
        }
        return dollars >= 1_000
                ? "$" + String.format(Locale.ROOT, "%,d", Math.round(dollars))
                : String.format(Locale.ROOT, "$%.2f", dollars);
    }

    private static String percent(double share) {
        return Math.round(share * 100) + " %";
    }

    private static String number(double number) {
        return String.format(Locale.ROOT, "%,d", Math.round(number));
    }
}
