package dev.statecraft.testing;

import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** Chooses the database of a test class, and gives each of its tests an empty one. */
public final class DatabaseOfTest implements BeforeAllCallback, AfterEachCallback {

    @Override
    public void beforeAll(ExtensionContext context) {
        TestDatabase.useLocal(context.getRequiredTestClass().isAnnotationPresent(OnDynamoDbLocal.class));
    }

    @Override
    public void afterEach(ExtensionContext context) {
        TestDatabase.endModel();
    }
}
