package dev.statecraft.table;

/** An item could not be written because of concurrent writers; a retry may succeed. */
public final class ContentionException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /** An exception for the given item. */
    public ContentionException(String message) {
        super(message);
    }
}
