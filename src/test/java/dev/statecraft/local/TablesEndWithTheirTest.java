package dev.statecraft.local;

import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Deletes the tables of a test when it ends. DynamoDB Local continuously iterates over the descriptions of all tables
 * on the thread that serves requests, so remaining tables slow down every later test.
 */
public final class TablesEndWithTheirTest implements AfterEachCallback {

    @Override
    public void afterEach(ExtensionContext context) {
        LocalDynamoDb.endFreshTables();
    }
}
