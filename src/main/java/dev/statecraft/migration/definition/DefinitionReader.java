package dev.statecraft.migration.definition;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.statecraft.migration.definition.DefinitionFields.Fault;
import dev.statecraft.migration.expression.ExpressionUse;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads definitions of migrations from JSON. Unknown fields and invalid values are rejected. */
public final class DefinitionReader {

    private static final Set<String> FIELDS =
            Set.of("version", "description", "target", "up", "down", "validation", "invariants", "options");
    private static final Set<String> SCRIPT_FIELDS = Set.of("version", "description", "script");
    private static final int MAX_CAPACITY = 1_000_000;
    private static final int MAX_SEGMENTS = 64;
    private static final int MAX_PAGE = 90;

    private final DefinitionLimits limits;

    /** Creates a reader with limits; {@link DefinitionLimits#NONE} for stored definitions. */
    public DefinitionReader(DefinitionLimits limits) {
        this.limits = limits;
    }

    /** Result of reading. Variants are listed in order of precedence. */
    public sealed interface Reading {}

    /**
     * The JSON is not a valid definition; {@code field} is the path of the invalid field, such as {@code
     * up.operations[2].path}.
     */
    public record Malformed(String field, String reason) implements Reading {}

    /** The JSON is a valid definition. */
    public record Read(Definition definition) implements Reading {}

    /** Reads a definition. */
    public Reading read(ObjectNode json) {
        try {
            return new Read(definition(json));
        } catch (Fault e) {
            return new Malformed(e.field(), e.detail());
        }
    }

    private Definition definition(ObjectNode json) throws Fault {
        boolean script = json.has("script");
        DefinitionFields.noOtherFields("", json, script ? SCRIPT_FIELDS : FIELDS);
        SemanticVersion version =
                version(DefinitionFields.text("version", json.get("version"), SemanticVersion.MAX_LENGTH));
        String description = DefinitionFields.text("description", json.get("description"), limits.descriptionLength());
        if (script) {
            return script(version, description, json);
        }
        JsonNode target = DefinitionFields.object("target", json.get("target"));
        DefinitionFields.noOtherFields("target.", target, Set.of("entityType", "leaderboardMetadata"));
        String kindOfTarget = target.has("leaderboardMetadata") ? "leaderboardMetadata" : "entityType";
        if (target.size() > 1) {
            throw new Fault("target", "The value must be one of {entityType: ...} and {leaderboardMetadata: ...}.");
        }
        DefinitionFields.text("target." + kindOfTarget, target.get(kindOfTarget), Integer.MAX_VALUE);
        String entityType = MigrationTarget.of(json);
        OperationReader operations = new OperationReader(limits);
        Transformation up = transformation("up", json.get("up"), operations);
        Transformation down = json.has("down") ? transformation("down", json.get("down"), operations) : null;
        if (up instanceof Transformation.Worked && MigrationTarget.isMetadata(entityType)) {
            throw new Fault("up.worker", "Game servers migrate metadata as a whole only, in a script.");
        }
        if (down != null && down instanceof Transformation.Worked != up instanceof Transformation.Worked) {
            throw new Fault("down", "If up is {worker: true}, down must be {worker: true} too, and only then.");
        }
        if (down == null && up instanceof Transformation.Operated operated) {
            Optional<Integer> loses = operated.sequence().firstThatLoses();
            if (loses.isPresent()) {
                throw new Fault(
                        "up.operations[" + loses.get() + "].lossy",
                        "The operation is not reversible. Give a \"down\", or set \"lossy\": true to keep the lost values"
                                + " in the backup only.");
            }
            down = new Transformation.Undone(operated.sequence());
        }
        options(json.get("options"));
        return new Definition(
                version,
                description,
                entityType,
                kind(up),
                up,
                down,
                rules(json.get("validation")),
                invariants(json.get("invariants")),
                json);
    }

    private static Definition script(SemanticVersion version, String description, ObjectNode json) throws Fault {
        if (!json.get("script").isBoolean() || !json.get("script").booleanValue()) {
            throw new Fault("script", "script must be true.");
        }
        return new Definition(
                version,
                description,
                "",
                Definition.Kind.SCRIPT,
                new Transformation.Scripted(),
                new Transformation.Scripted(),
                List.of(),
                List.of(),
                json);
    }

    private static SemanticVersion version(String text) throws Fault {
        return SemanticVersion.parse(text)
                .filter(version -> version.compareTo(SemanticVersion.NONE) > 0)
                .orElseThrow(() -> new Fault("version", NOT_A_VERSION));
    }

    /** The problem detail for a text that is not a valid version. */
    public static final String NOT_A_VERSION =
            "A version is major.minor.patch with an optional pre-release, such as 1.2.0 or"
                    + " 2.0.0-rc.1, later than 0.0.0, without build metadata, of at most " + SemanticVersion.MAX_LENGTH
                    + " characters (semver.org).";

    private static Definition.Kind kind(Transformation up) {
        if (up instanceof Transformation.Operated) {
            return Definition.Kind.OPERATIONS;
        }
        return up instanceof Transformation.Worked ? Definition.Kind.WORKER : Definition.Kind.EXPRESSION;
    }

    private Transformation transformation(String field, @Nullable JsonNode json, OperationReader operations)
            throws Fault {
        JsonNode given = DefinitionFields.object(field, json);
        DefinitionFields.noOtherFields(field + ".", given, Set.of("operations", "expression", "worker"));
        if (given.size() != 1) {
            throw new Fault(
                    field, "The value must be one of {operations: [...]}, {expression: ...} and {worker: true}.");
        }
        if (given.has("operations")) {
            return new Transformation.Operated(operations.read(field + ".operations", given.get("operations")));
        }
        if (given.has("expression")) {
            return new Transformation.Expressed(DefinitionFields.expression(
                    field + ".expression", given.get("expression"), ExpressionUse.TRANSFORMATION, limits));
        }
        if (!given.get("worker").isBoolean() || !given.get("worker").booleanValue()) {
            throw new Fault(field + ".worker", "worker must be true.");
        }
        return new Transformation.Worked();
    }

    private List<Rule> rules(@Nullable JsonNode json) throws Fault {
        List<Rule> rules = new ArrayList<>();
        for (JsonNode rule : list("validation", json)) {
            String at = "validation[" + rules.size() + "]";
            JsonNode given = DefinitionFields.object(at, rule);
            DefinitionFields.noOtherFields(at + ".", given, Set.of("expression", "message"));
            rules.add(new Rule(
                    DefinitionFields.expression(
                            at + ".expression", given.get("expression"), ExpressionUse.RULE, limits),
                    DefinitionFields.text(at + ".message", given.get("message"), limits.descriptionLength())));
        }
        return rules;
    }

    private List<Invariant> invariants(@Nullable JsonNode json) throws Fault {
        List<Invariant> invariants = new ArrayList<>();
        for (JsonNode invariant : list("invariants", json)) {
            String at = "invariants[" + invariants.size() + "]";
            JsonNode given = DefinitionFields.object(at, invariant);
            DefinitionFields.noOtherFields(at + ".", given, Set.of("expression", "tolerance"));
            JsonNode tolerance = given.get("tolerance");
            if (tolerance != null
                    && (!tolerance.isNumber() || tolerance.decimalValue().signum() < 0)) {
                throw new Fault(at + ".tolerance", "A tolerance is a number of at least 0.");
            }
            invariants.add(new Invariant(
                    DefinitionFields.expression(
                            at + ".expression", given.get("expression"), ExpressionUse.INVARIANT, limits),
                    tolerance == null ? BigDecimal.ZERO : tolerance.decimalValue()));
        }
        return invariants;
    }

    private List<JsonNode> list(String field, @Nullable JsonNode json) throws Fault {
        List<JsonNode> elements = new ArrayList<>();
        if (json == null) {
            return elements;
        }
        if (!json.isArray() || json.size() > limits.rules()) {
            throw new Fault(field, "The value must be an array of at most " + limits.rules() + ".");
        }
        json.forEach(elements::add);
        return elements;
    }

    private static void options(@Nullable JsonNode json) throws Fault {
        if (json == null) {
            return;
        }
        JsonNode options = DefinitionFields.object("options", json);
        DefinitionFields.noOtherFields(
                "options.",
                options,
                Set.of("failureThreshold", "canaryPercent", "segments", "pageSize", "maxCapacity"));
        if (options.has("failureThreshold")) {
            JsonNode threshold = DefinitionFields.object("options.failureThreshold", options.get("failureThreshold"));
            DefinitionFields.noOtherFields("options.failureThreshold.", threshold, Set.of("count", "percent"));
            number("options.failureThreshold.count", threshold.get("count"), 0, Integer.MAX_VALUE, true);
            number("options.failureThreshold.percent", threshold.get("percent"), 0, 100, false);
        }
        number("options.canaryPercent", options.get("canaryPercent"), 0, 100, false);
        number("options.segments", options.get("segments"), 1, MAX_SEGMENTS, true);
        number("options.pageSize", options.get("pageSize"), 1, MAX_PAGE, true);
        number("options.maxCapacity", options.get("maxCapacity"), 1, MAX_CAPACITY, true);
    }

    private static void number(String field, @Nullable JsonNode json, int min, int max, boolean whole) throws Fault {
        if (json == null) {
            return;
        }
        boolean fits = json.isNumber()
                && (!whole || json.decimalValue().stripTrailingZeros().scale() <= 0)
                && json.decimalValue().compareTo(BigDecimal.valueOf(min)) >= 0
                && json.decimalValue().compareTo(BigDecimal.valueOf(max)) <= 0;
        if (!fits) {
            throw new Fault(
                    field,
                    "The value must be " + (whole ? "an integer" : "a number") + " from " + min + " to " + max + ".");
        }
    }
}
