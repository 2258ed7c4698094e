package dev.statecraft.migration.segment;

/** Keeps what is consumed to so much a second. */
public final class CapacityPacer {

    private CapacityPacer() {}

    /**
     * How long to wait after something was consumed.
     *
     * @param unitsPerSecond the limit; none if it is 0
     * @param units what was consumed
     * @param elapsedMillis how long that took
     */
    public static long waitMillis(double unitsPerSecond, double units, long elapsedMillis) {
        return unitsPerSecond <= 0 ? 0 : Math.max(0, (long) Math.ceil(units * 1_000 / unitsPerSecond) - elapsedMillis);
    }
}
