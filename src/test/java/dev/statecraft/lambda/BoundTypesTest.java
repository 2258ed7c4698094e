package dev.statecraft.lambda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.statecraft.http.json.RequestJson;
import dev.statecraft.leaderboard.settings.BoardRequest;
import dev.statecraft.local.DynamoDbLocalResource;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Types that a native executable cannot read or write are detected reliably. */
@QuarkusTest
@Tag("application")
@WithTestResource(DynamoDbLocalResource.class)
class BoundTypesTest {

    /** A type that is not part of a signature, like a value in a Response or in a map. */
    record Hidden(Inner inner) {}

    record Inner(Kind kind) {}

    enum Kind {
        ONLY
    }

    record Asked(int number) {}

    @Inject
    ObjectMapper mapper;

    @Test
    void typeOutsideOfSignatures_isReported() throws Exception {
        Set<String> registered = RegisteredTypes.names();
        assertEquals(Set.of(), BoundTypes.unregistered(() -> registered));
        mapper.writeValueAsString(Map.of("hidden", List.of(new Hidden(new Inner(Kind.ONLY)))));
        RequestJson.strict(mapper).readValue("{\"number\":1}", Asked.class);
        assertEquals(
                Set.of(Hidden.class.getName(), Inner.class.getName(), Kind.class.getName(), Asked.class.getName()),
                BoundTypes.unregistered(() -> registered));
        assertEquals(Set.of(), BoundTypes.unregistered(() -> registered));
    }

    @Test
    void typeInASignature_isRegistered() throws Exception {
        mapper.readValue("{}", BoardRequest.class);
        assertTrue(BoundTypes.isBound(BoardRequest.class));
        assertTrue(RegisteredTypes.names().contains(BoardRequest.class.getName()));
        assertFalse(RegisteredTypes.names().contains(BoundTypesTest.class.getName()));
    }
}
