package dev.statecraft.lambda;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.RequestHandler;
import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import dev.statecraft.access.Caller;
import dev.statecraft.migration.execution.StepService;
import dev.statecraft.migration.segment.SegmentService;
import dev.statecraft.migration.segment.SegmentWork;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Named;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One bounded, idempotent step of a data migration. A state machine, or another driver of runs, calls it as follows:
 *
 * <ol>
 *   <li>Advance: {@code {"game": "default"}}. The result is {@code {"game", "done", "waitSeconds", "work": [...]}}. If
 *       {@code done} is true, no run is active or the run is paused, and the state machine ends. Otherwise a Map state
 *       passes each element of {@code work}, such as {@code {"game": "default", "run": "run-00000012", "segment": 3,
 *       "done": false, "waitSeconds": 0}}, unchanged to a step, in parallel.
 *   <li>Work: the result for such an event has the same form. If {@code done} is false, wait {@code waitSeconds} and
 *       pass the result unchanged to the next step: its {@code seen} identifies the lease that has not changed
 *       meanwhile, so that an abandoned lease is taken over. If {@code done} is true, the segment has no more work
 *       before the next advance.
 *   <li>When all elements of the Map are done, wait {@code waitSeconds} of the first result and advance again.
 * </ol>
 *
 * <p>It throws only if the step may be repeated: the same event continues where the previous step stopped.
 */
@ApplicationScoped
@Named("migration-step")
public class MigrationStepHandler
        implements RequestHandler<MigrationStepHandler.Step, MigrationStepHandler.Step>,
                PrimedHandler<MigrationStepHandler.Step, MigrationStepHandler.Step> {

    /** Time of the function that is reserved to return the result. */
    private static final int RESERVE_MILLIS = 1_000;

    private static final int MILLIS = 1_000;

    private final StepService steps;
    private final SegmentService segments;
    private final Metrics metrics;

    MigrationStepHandler(StepService steps, SegmentService segments, Metrics metrics) {
        this.metrics = metrics;
        this.steps = steps;
        this.segments = segments;
    }

    /**
     * An event and a result.
     *
     * @param game game of the runs; the default game if missing
     * @param run run of the segment to work on; missing for an advance
     * @param segment number of the segment
     * @param seen revision of a lease of another worker, from the previous result
     * @param done whether no work is left
     * @param waitSeconds seconds to wait before the next call
     * @param work events to process in parallel, in the result of an advance
     */
    @JsonIgnoreProperties(ignoreUnknown = true)
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Step(
            @Nullable String game,
            @Nullable String run,
            @Nullable Integer segment,
            @Nullable Long seen,
            @Nullable Boolean done,
            @Nullable Integer waitSeconds,
            @Nullable List<Step> work) {}

    @Override
    public Step handleRequest(Step event, Context context) {
        String game = event.game() == null ? Caller.DEFAULT_GAME : event.game();
        String run = event.run();
        Integer segment = event.segment();
        try {
            return run == null || segment == null
                    ? advance(game, context)
                    : work(game, run, segment, event.seen(), context);
        } finally {
            metrics.flush();
        }
    }

    @Override
    public Class<Step> eventType() {
        return Step.class;
    }

    @Override
    public String primingEvent() {
        return PrimingEvents.STEP;
    }

    /** A step of a run that does not exist: it is looked up. */
    @Override
    public Step prime(Step event) {
        SegmentWork work = segments.work(PrimingEvents.GAME, PrimingEvents.KEY_ID, 0, null, () -> 0);
        return new Step(event.game(), event.run(), event.segment(), work.seen(), work.done(), 0, List.of());
    }

    private Step advance(String game, Context context) {
        StepService.Next next = steps.advance(game, () -> millisLeft(context));
        String run = next.run();
        List<Step> work = run == null
                ? List.of()
                : next.segments().stream()
                        .map(segment -> new Step(game, run, segment, null, false, 0, null))
                        .toList();
        return new Step(game, null, null, null, next.done(), 0, work);
    }

    private Step work(String game, String run, int segment, @Nullable Long seen, Context context) {
        SegmentWork work = segments.work(game, run, segment, seen, () -> millisLeft(context));
        int waitSeconds = (int) ((work.waitMillis() + MILLIS - 1) / MILLIS);
        return new Step(game, run, segment, work.seen(), work.done(), waitSeconds, null);
    }

    private static long millisLeft(Context context) {
        return (long) context.getRemainingTimeInMillis() - RESERVE_MILLIS;
    }
}
