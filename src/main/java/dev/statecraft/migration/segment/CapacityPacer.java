package dev.statecraft.migration.segment;

/** Limits the consumption of capacity units per second. */
public final class CapacityPacer {

    private CapacityPacer() {}

    /**
     * Milliseconds to wait after a page.
     *
     * @param unitsPerSecond the limit; 0 for no limit
     * @param units consumed capacity units
     * @param elapsedMillis duration of the page in milliseconds
     */
    public static long waitMillis(double unitsPerSecond, double units, long elapsedMillis) {
        return unitsPerSecond <= 0 ? 0 : Math.max(0, (long) Math.ceil(units * 1_000 / unitsPerSecond) - elapsedMillis);
    }
}
