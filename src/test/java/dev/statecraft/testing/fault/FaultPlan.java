package dev.statecraft.testing.fault;

import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * How probable each fault is, by operation. A plan is immutable.
 *
 * @param slowest the longest additional duration of a {@link FaultKind#SLOW} call
 */
public record FaultPlan(Map<AwsOperation, Map<FaultKind, Double>> probabilities, Duration slowest) {

    /** No faults. */
    public static final FaultPlan NONE = new FaultPlan(Map.of(), Duration.ofSeconds(2));

    /** Every kind of fault with the same probability, at every operation that has it. */
    public static FaultPlan each(double probability) {
        FaultPlan plan = NONE;
        for (FaultKind kind : FaultKind.values()) {
            plan = plan.with(kind, probability);
        }
        return plan;
    }

    /** This plan with another probability of a fault, at the given operations or, without any, wherever it can occur. */
    public FaultPlan with(FaultKind kind, double probability, AwsOperation... operations) {
        Map<AwsOperation, Map<FaultKind, Double>> changed = new EnumMap<>(AwsOperation.class);
        changed.putAll(probabilities);
        for (AwsOperation operation : operations.length > 0 ? operations : AwsOperation.values()) {
            if (kind.affects(operation)) {
                Map<FaultKind, Double> kinds = new EnumMap<>(FaultKind.class);
                kinds.putAll(changed.getOrDefault(operation, Map.of()));
                kinds.put(kind, probability);
                changed.put(operation, kinds);
            } else if (operations.length > 0) {
                throw new IllegalArgumentException(operation + " has no " + kind);
            }
        }
        return new FaultPlan(changed, slowest);
    }

    /** This plan with another longest duration of slow calls. */
    public FaultPlan slowUpTo(Duration longest) {
        return new FaultPlan(probabilities, longest);
    }

    /** Draws the fault of a call. */
    @Nullable FaultKind draw(AwsOperation operation, RandomGenerator random) {
        Map<FaultKind, Double> kinds = probabilities.get(operation);
        if (kinds == null) {
            return null;
        }
        double left = random.nextDouble();
        for (Map.Entry<FaultKind, Double> kind : kinds.entrySet()) {
            left -= kind.getValue();
            if (left < 0) {
                return kind.getKey();
            }
        }
        return null;
    }
}
