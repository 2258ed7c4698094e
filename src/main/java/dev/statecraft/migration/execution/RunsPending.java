package dev.statecraft.migration.execution;

/**
 * In-process event: a game has a run with work to do. The receiver calls {@link StepService#advance} and processes
 * segments until no work is left.
 *
 * @param game id of the game
 * @param revisionKey the last run and its revision, which makes equal announcements recognizable
 * @param possiblyDriven whether a worker may already be driving the run; such a worker is not disturbed
 */
public record RunsPending(String game, String revisionKey, boolean possiblyDriven) {}
