package dev.statecraft.testing.simulation;

/**
 * How likely faults are in a run.
 *
 * @param fault that a request to the database fails or loses its answer
 * @param death that an instance dies on the way to the database or back
 * @param lost that a caller gives up on a request that goes on
 * @param repeat that a batch of a stream is delivered once more, or while its first delivery goes on
 */
public record Chances(double fault, double death, double lost, double repeat) {

    /** No faults; concurrency alone. */
    public static final Chances NONE = new Chances(0, 0, 0, 0);

    /** A bad day. */
    public static final Chances MANY = new Chances(0.03, 0.006, 0.05, 0.2);

    /** Single faults, between which much happens. */
    public static final Chances FEW = new Chances(0.005, 0.001, 0.02, 0.05);

    /** The chances of a seed: every fourth run has no faults, because contention hides behind them. */
    static Chances of(long seed) {
        return switch ((int) Math.floorMod(seed, 4L)) {
            case 0 -> NONE;
            case 1 -> FEW;
            default -> MANY;
        };
    }
}
