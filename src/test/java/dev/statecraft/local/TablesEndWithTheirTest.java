package dev.statecraft.local;

import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Deletes the tables a test was given when it ends. DynamoDB Local goes through the descriptions of all its tables all
 * the time, on the one thread that also serves requests, so tables left behind make every later test slower.
 */
public final class TablesEndWithTheirTest implements AfterEachCallback {

    @Override
    public void afterEach(ExtensionContext context) {
        LocalDynamoDb.endFreshTables();
    }
}
