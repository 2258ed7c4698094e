package dev.statecraft.table;

/** Others wrote the same item all the time; the same call may succeed a moment later. */
public final class ContentionException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /** Says what was contended. */
    public ContentionException(String message) {
        super(message);
    }
}
