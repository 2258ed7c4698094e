package dev.statecraft.lambda;

import io.quarkus.test.junit.callback.QuarkusTestAfterEachCallback;
import io.quarkus.test.junit.callback.QuarkusTestMethodContext;
import java.util.Set;

/**
 * Fails a test after which a type has been read or written as JSON that the build does not register for reflection: a
 * native executable would respond to the same call with 500.
 */
public class BoundTypesCheck implements QuarkusTestAfterEachCallback {

    @Override
    public void afterEach(QuarkusTestMethodContext context) {
        Set<String> missing = BoundTypes.unregistered(RegisteredTypes::names);
        if (!missing.isEmpty()) {
            throw new AssertionError("A native executable cannot read or write these types as JSON, so add them to "
                    + "JsonTypes: " + String.join(", ", missing));
        }
    }
}
