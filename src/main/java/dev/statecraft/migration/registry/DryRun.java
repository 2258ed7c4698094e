package dev.statecraft.migration.registry;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.statecraft.migration.definition.Definition;
import dev.statecraft.migration.definition.Invariant;
import dev.statecraft.migration.definition.Rule;
import dev.statecraft.migration.definition.Transformation;
import dev.statecraft.migration.definition.Transformed;
import dev.statecraft.migration.definition.Transformed.Done;
import dev.statecraft.migration.definition.Transformed.Failed;
import dev.statecraft.migration.expression.ExpressionBounds;
import dev.statecraft.migration.expression.Subject;
import dev.statecraft.replication.state.JsonValues;
import dev.statecraft.replication.state.StateDiff;
import dev.statecraft.replication.state.StateLimits;
import dev.statecraft.replication.type.EntityType;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A dry run: migrates records in memory and accumulates the results of a plan. */
final class DryRun {

    private static final int READ_UNIT_BYTES = 4_096;
    private static final int WRITE_UNIT_BYTES = 1_024;

    /** Approximate size of the keys and times of a stored entity, without its state. */
    private static final int ITEM_BYTES = 300;

    /** Read units of one key in the index of types, eventually consistent (half price). */
    private static final double INDEX_READ_UNITS = 100.0 / READ_UNIT_BYTES / 2;

    private final Definition definition;
    private final EntityType type;
    private final ExpressionBounds bounds;
    private final Settings settings;
    private final long limit;
    private final PlanWarnings warnings;
    private final List<Plan.Sample> samples = new ArrayList<>();
    private final List<Plan.Failure> failures = new ArrayList<>();
    private final BigDecimal[] before;
    private final BigDecimal[] after;
    private long recordCost;
    private long totalCost;
    private long largestCost;
    private int costed;
    private int tried;
    private int current;
    private int changed;
    private int failed;
    private long bytesBefore;
    private long bytesAfter;
    private long largest;
    private double readUnits;
    private double writeUnits;
    private int irreversible;
    private @Nullable String irreversibleExample;
    private int repeated;
    private @Nullable String repeatedExample;

    /** Limits of the report, and the settings of the deployment that determine the cost. */
    record Settings(
            int shown,
            int failures,
            int warnings,
            boolean validation,
            boolean backup,
            BigDecimal pricePerMillionReads,
            BigDecimal pricePerMillionWrites) {}

    /** Starts a dry run. The results must satisfy the guards and the schema of the entity type. */
    DryRun(Definition definition, EntityType type, ExpressionBounds bounds, Settings settings) {
        this.definition = definition;
        this.type = type;
        this.limit = bounds.cost();
        this.bounds = bounds.reportingTo(cost -> recordCost += cost);
        this.settings = settings;
        warnings = new PlanWarnings(definition);
        before = new BigDecimal[definition.invariants().size()];
        after = new BigDecimal[definition.invariants().size()];
        Arrays.fill(before, BigDecimal.ZERO);
        Arrays.fill(after, BigDecimal.ZERO);
    }

    /** Counts a record that already has the schema version of the migration or a later one. */
    void skip() {
        tried++;
        current++;
    }

    /** Migrates one record in memory; the given state is not modified. */
    void attempt(Subject subject, ObjectNode state, int storedBytes) {
        tried++;
        readUnits += units(storedBytes + ITEM_BYTES, READ_UNIT_BYTES);
        if (definition.kind() == Definition.Kind.WORKER) {
            // The result of a game server is unknown. The estimate assumes a change that keeps the size.
            changed++;
            measure(state, state, storedBytes);
            return;
        }
        recordCost = 0;
        Transformed transformed = definition.up().apply(state, subject, bounds);
        if (transformed instanceof Failed failure) {
            addCost();
            fail(subject, failure.reason());
            return;
        }
        ObjectNode result = ((Done) transformed).state();
        Optional<String> violation = violation(subject, state, result);
        addCost();
        if (violation.isPresent()) {
            fail(subject, violation.get());
            return;
        }
        checkBack(subject, state, result);
        checkAgain(migrated(subject), result);
        warnings.compare(subject.id(), state, result);
        if (!JsonValues.same(state, result)) {
            changed++;
            measure(state, result, storedBytes);
            if (samples.size() < settings.shown()) {
                samples.add(new Plan.Sample(subject.id(), subject.space(), state, result));
            }
        }
    }

    /** The plan, extrapolated from the sample to {@code matching} records. */
    Plan result(long matching, boolean complete) {
        double share = tried == 0 ? 0 : (double) matching / tried;
        long wouldChange = Math.round(changed * share);
        double reads = matching * INDEX_READ_UNITS + readUnits * share;
        double writes = writeUnits * share;
        BigDecimal price = price(reads, settings.pricePerMillionReads())
                .add(price(writes, settings.pricePerMillionWrites()))
                .setScale(6, RoundingMode.HALF_UP);
        List<Plan.Sum> sums = new ArrayList<>();
        for (int i = 0; settings.validation() && i < before.length; i++) {
            Invariant invariant = definition.invariants().get(i);
            sums.add(new Plan.Sum(
                    invariant.expression().toString(), before[i], after[i], invariant.holds(before[i], after[i])));
        }
        return new Plan(
                definition.version().toString(),
                matching,
                complete,
                tried,
                current,
                wouldChange,
                samples,
                failures,
                failed,
                new Plan.Size(bytesBefore, bytesAfter, largest, StateLimits.MAX_BYTES),
                definition.down() == null
                                || definition.kind() == Definition.Kind.WORKER
                                || definition.kind() == Definition.Kind.SCRIPT
                        ? null
                        : new Plan.Check(definition.reversible(), irreversible, irreversibleExample),
                new Plan.Check(definition.idempotent(), repeated, repeatedExample),
                definition.lost(),
                sums,
                new Plan.Estimate((long) Math.ceil(reads), (long) Math.ceil(writes), price),
                costed == 0 ? null : new Plan.Cost(totalCost / costed, largestCost, limit),
                definition.kind() == Definition.Kind.SCRIPT
                        ? List.of(PlanWarning.SCRIPT)
                        : warnings.most(settings.warnings()));
    }

    private Subject migrated(Subject subject) {
        return subject.at(definition.version().toString());
    }

    private void addCost() {
        if (recordCost > 0) {
            costed++;
            totalCost += recordCost;
            largestCost = Math.max(largestCost, recordCost);
        }
    }

    private Optional<String> violation(Subject subject, ObjectNode state, ObjectNode result) {
        for (Rule rule : settings.validation() ? definition.validation() : List.<Rule>of()) {
            Optional<String> violation = rule.violation(result, subject, state, bounds);
            if (violation.isPresent()) {
                return violation;
            }
        }
        Optional<String> ofType = type.violation(result);
        return ofType.isPresent() || !settings.validation() ? ofType : addSums(subject, state, result);
    }

    private Optional<String> addSums(Subject subject, ObjectNode state, ObjectNode result) {
        List<BigDecimal> shares = new ArrayList<>();
        for (Invariant invariant : definition.invariants()) {
            for (ObjectNode record : List.of(state, result)) {
                Invariant.Share share = invariant.of(record, subject, bounds);
                if (share instanceof Invariant.Unknown unknown) {
                    return Optional.of(unknown.reason());
                }
                shares.add(((Invariant.Amount) share).value());
            }
        }
        for (int i = 0; i < before.length; i++) {
            before[i] = before[i].add(shares.get(2 * i));
            after[i] = after[i].add(shares.get(2 * i + 1));
        }
        return Optional.empty();
    }

    private void checkBack(Subject subject, ObjectNode state, ObjectNode result) {
        Transformation down = definition.down();
        if (down == null) {
            return;
        }
        Transformed undone = settings.backup()
                ? down.apply(result, migrated(subject), bounds, state)
                : down.apply(result, migrated(subject), bounds);
        boolean back = undone instanceof Done done && JsonValues.same(luau(done.state()), luau(state));
        if (!back) {
            irreversible++;
            irreversibleExample = irreversibleExample == null ? subject.id() : irreversibleExample;
        }
    }

    private void checkAgain(Subject subject, ObjectNode result) {
        if (!definition.idempotent()) {
            return;
        }
        boolean same = definition.up().apply(result, subject, bounds) instanceof Done done
                && JsonValues.same(done.state(), result);
        if (!same) {
            repeated++;
            repeatedExample = repeatedExample == null ? subject.id() : repeatedExample;
        }
    }

    /**
     * Estimates the capacity of one changed record: the entity and the log entry in a transaction, which costs twice;
     * the version in the history; the backup if backups are enabled. The stored size is assumed to grow with the JSON
     * text.
     */
    private void measure(ObjectNode state, ObjectNode result, int storedBytes) {
        long plainBefore = StateLimits.sizeBytes(state);
        long plainAfter = StateLimits.sizeBytes(result);
        bytesBefore += plainBefore;
        bytesAfter += plainAfter;
        largest = Math.max(largest, plainAfter);
        double stored = (double) storedBytes * plainAfter / plainBefore + ITEM_BYTES;
        long logged = StateLimits.sizeBytes(StateDiff.between(state, result).toJson());
        writeUnits += 2 * units(stored, WRITE_UNIT_BYTES)
                + 2.0 * logged / WRITE_UNIT_BYTES
                + units(stored, WRITE_UNIT_BYTES)
                + (settings.backup() ? units(storedBytes + ITEM_BYTES, WRITE_UNIT_BYTES) : 0);
    }

    /** A copy in which empty lists are empty objects, because Luau does not distinguish them. */
    private static JsonNode luau(JsonNode value) {
        if (value.isArray() && !value.isEmpty()) {
            ArrayNode list = JsonNodeFactory.instance.arrayNode(value.size());
            value.forEach(element -> list.add(luau(element)));
            return list;
        }
        if (value.isContainerNode()) {
            ObjectNode object = JsonNodeFactory.instance.objectNode();
            value.properties().forEach(member -> object.set(member.getKey(), luau(member.getValue())));
            return object;
        }
        return value;
    }

    private void fail(Subject subject, String reason) {
        failed++;
        if (failures.size() < settings.failures()) {
            failures.add(new Plan.Failure(subject.id(), subject.space(), reason));
        }
    }

    private static double units(double bytes, int unit) {
        return Math.ceil(bytes / unit);
    }

    private static BigDecimal price(double units, BigDecimal perMillion) {
        return perMillion.multiply(BigDecimal.valueOf(units)).movePointLeft(6);
    }
}
