package dev.statecraft.replication.state;

/** The bytes left in one response. A page of results ends at the first element that no longer fits. */
public final class AnswerBudget {

    /** Estimated bytes of an entity in a response without its state. */
    private static final long ENTITY_BYTES = 200;

    private long bytes;
    private boolean used;

    /** Starts with {@code bytes} bytes left. */
    public AnswerBudget(long bytes) {
        this.bytes = bytes;
    }

    /** Estimates the bytes of an entity in a response: the uncompressed state and a constant for the other fields. */
    public static long sizeBytes(Entity entity) {
        return ENTITY_BYTES + (entity.state() == null ? 0 : entity.state().plainBytes());
    }

    /** Takes {@code size} bytes if they are left, and returns whether it did. The first element always fits. */
    public boolean take(long size) {
        if (size > bytes && used) {
            return false;
        }
        bytes -= size;
        used = true;
        return true;
    }

    /** Returns whether no bytes are left. */
    public boolean isUsedUp() {
        return bytes <= 0;
    }
}
