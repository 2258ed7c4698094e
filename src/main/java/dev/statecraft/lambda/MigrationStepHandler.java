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
 * One bounded, repeatable step of data migration. A state machine, or whatever else drives runs, calls it like this:
 *
 * <ol>
 *   <li>Advance: {@code {"game": "default"}}. The answer is {@code {"game", "done", "waitSeconds", "work": [...]}}. If
 *       {@code done}, nothing is left to do (no run goes on, or it is paused) and the state machine ends. Else each element
 *       of {@code work}, such as {@code {"game": "default", "run": "run-00000012", "segment": 3, "done": false,
 *       "waitSeconds": 0}}, is handed in as it is by a Map state, side by side.
 *   <li>Work: the answer to such an event has the same form. While it is not {@code done}, wait {@code waitSeconds} and
 *       hand the answer in again, unchanged: its {@code seen} says which lease stood still meanwhile, and with it a lease
 *       that its holder lost is taken over. If {@code done}, the segment has nothing more to do before the next advance.
 *   <li>When all elements of the Map are done, wait {@code waitSeconds} of the first answer and advance again.
 * </ol>
 *
 * <p>It throws only what may be repeated: the same event again goes on where the step before stopped, wherever that was.
 */
@ApplicationScoped
@Named("migration-step")
public class MigrationStepHandler implements RequestHandler<MigrationStepHandler.Step, MigrationStepHandler.Step> {

    /** What is left of the time limit for the answer to get out. */
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
     * An event, and an answer.
     *
     * @param game whose runs; the default game if it is missing
     * @param run to work on a segment of; missing to advance
     * @param segment its number
     * @param seen the revision of a lease that somebody else held, as it was answered
     * @param done whether nothing more is to be done
     * @param waitSeconds how long to wait before the next call
     * @param work events to hand in side by side, in the answer to advance
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
            metrics.stepped();
        }
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
