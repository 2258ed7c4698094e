package dev.statecraft.leaderboard.board;

import java.util.List;

/** Result of the creation, change or deletion of a board. Variants are listed in order of precedence. */
public sealed interface BoardChange {

    /** The board does not exist. */
    record Unknown() implements BoardChange {}

    /**
     * A board with this id and other settings exists. It was not changed.
     *
     * @param fields API names of the settings that differ
     */
    record Exists(List<String> fields) implements BoardChange {}

    /**
     * The board has scores, and the change affects locked settings.
     *
     * @param fields API names of the locked settings that would change
     */
    record Locked(List<String> fields) implements BoardChange {}

    /** The change affects the number of lanes, which is fixed at creation. The board has no scores. */
    record LanesFixed(int lanes) implements BoardChange {}

    /** The board is closed permanently. Its start and end cannot be changed. */
    record Closed(Board board) implements BoardChange {}

    /** Gave up after {@code write-attempts} conflicting writes. The board was not changed. The caller may retry. */
    record Busy() implements BoardChange {}

    /** The board did not exist and was created. */
    record Created(Board board) implements BoardChange {}

    /**
     * The board was changed, or it already had the requested settings.
     *
     * @param fields API names of the settings that were changed; empty if nothing was written
     */
    record Changed(Board board, List<String> fields) implements BoardChange {}

    /** The board was deleted. {@code board} is the board before its deletion. */
    record Deleted(Board board) implements BoardChange {}
}
