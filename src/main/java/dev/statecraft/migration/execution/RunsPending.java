package dev.statecraft.migration.execution;

/**
 * That a game has runs with work to do and nobody who does it; told within the process. Whoever drives runs begins with
 * {@link StepService#advance} and goes on until that says that nothing is left.
 *
 * @param game the game
 * @param mark tells what is waiting from what was waiting before: the last run and its revision
 * @param perhaps whether somebody may be at it, who is then left alone
 */
public record RunsPending(String game, String mark, boolean perhaps) {}
