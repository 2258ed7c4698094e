package dev.statecraft.http.json;

/** Limits of the JSON of a request body. */
public final class JsonLimits {

    /** Maximum nesting of arrays and objects, including the outermost one. */
    public static final int MAX_DEPTH = 32;

    /** Maximum number of values in a body, including objects and arrays: those of a state plus those around it. */
    public static final int MAX_VALUES = 10_020;

    /** Maximum number of values in a bulk request ({@link BulkRequest}). */
    public static final int MAX_BULK_VALUES = 100_000;

    /** Maximum length of a number in characters, without zeros between the point and the first other digit. */
    public static final int MAX_NUMBER_LENGTH = 64;

    private JsonLimits() {}
}
