package dev.statecraft.testing.contract;

/**
 * What a database that passes the contract may do differently by design. A test that needs a capability is skipped, or
 * expects something weaker, where the database lacks it.
 */
public enum Capability {
    /** A global index shows a write as soon as it is acknowledged. On AWS, an index lags by milliseconds. */
    IMMEDIATE_INDEXES,
    /** A stream shows a write as soon as it is acknowledged. On AWS, records arrive within a second. */
    IMMEDIATE_STREAMS,
    /**
     * A write in a transaction consumes two units per KB, a read two units per 4 KB. DynamoDB Local counts the items of
     * a transaction, and conditions that fail, by rules of its own.
     */
    TRANSACTION_CAPACITY,
    /**
     * A query without results and each missing item of a batch consume the smallest read. DynamoDB Local counts nothing
     * for them, although AWS bills them.
     */
    CAPACITY_OF_MISSING_ITEMS,
    /** A write consumes the units of each index that it changes. DynamoDB Local counts a write of the table only once. */
    INDEX_CAPACITY,
    /** An update that gives the key of an index another type is rejected. DynamoDB Local stores it. */
    INDEX_KEYS_OF_UPDATES,
    /** A check of an item that the same transaction writes is rejected. DynamoDB Local executes both. */
    CHECKS_ARE_OPERATIONS,
    /**
     * An update in a transaction that the stored item does not allow cancels the transaction with a reason. DynamoDB
     * Local rejects the request as invalid.
     */
    VALIDATION_REASONS,
    /** A segment of a parallel scan is a range of hashes, so that all items of a partition key are in one segment. */
    SEGMENTS_BY_PARTITION,
    /** A request token that is used for another transaction is rejected. */
    TOKENS_OF_TRANSACTIONS,
    /** Tables can be created and deleted within milliseconds, so that tests may create their own. */
    FAST_TABLES
}
