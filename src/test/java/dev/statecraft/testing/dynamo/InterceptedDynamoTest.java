package dev.statecraft.testing.dynamo;

import static dev.statecraft.testing.dynamo.ModelFixture.TABLE;
import static dev.statecraft.testing.dynamo.ModelFixture.item;
import static dev.statecraft.testing.dynamo.ModelFixture.key;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.statecraft.table.Attributes;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.core.SdkRequest;
import software.amazon.awssdk.core.interceptor.Context;
import software.amazon.awssdk.core.interceptor.ExecutionAttributes;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.ConditionalCheckFailedException;
import software.amazon.awssdk.services.dynamodb.model.GetItemRequest;

/** Interceptors see the calls of the model as those of the SDK's client. */
class InterceptedDynamoTest {

    private final List<String> seen = new ArrayList<>();
    private final ModelFixture model = new ModelFixture(1, settings -> settings);
    private final DynamoDbClient dynamo =
            new InterceptedDynamo(model.dynamo, List.of(new Recording("a"), new Recording("b")));

    private final class Recording implements ExecutionInterceptor {

        private final String name;

        Recording(String name) {
            this.name = name;
        }

        @Override
        public void beforeExecution(Context.BeforeExecution context, ExecutionAttributes attributes) {
            seen.add(name + " before");
        }

        @Override
        public SdkRequest modifyRequest(Context.ModifyRequest context, ExecutionAttributes attributes) {
            return context.request() instanceof GetItemRequest get && name.equals("b")
                    ? get.toBuilder().key(key("other", "x")).build()
                    : context.request();
        }

        @Override
        public void afterExecution(Context.AfterExecution context, ExecutionAttributes attributes) {
            seen.add(name + " after");
            if (context.request() instanceof GetItemRequest get
                    && Attributes.string(get.key(), "pk").equals("other")) {
                throw new IllegalStateException("lost");
            }
        }

        @Override
        public void onExecutionFailure(Context.FailedExecution context, ExecutionAttributes attributes) {
            seen.add(name + " failed " + context.exception().getClass().getSimpleName());
        }
    }

    @Test
    void hooksRunInOrderBeforeACall_inReverseOrderAfterIt() {
        dynamo.putItem(put -> put.tableName(TABLE).item(item("a", "x", 1)));
        assertEquals(List.of("a before", "b before", "b after", "a after"), seen);
    }

    @Test
    void failuresOfTheDatabaseAreReported() {
        assertThrows(
                ConditionalCheckFailedException.class,
                () -> dynamo.putItem(put ->
                        put.tableName(TABLE).item(item("a", "x", 1)).conditionExpression("attribute_exists(pk)")));
        assertEquals(
                List.of(
                        "a before",
                        "b before",
                        "a failed ConditionalCheckFailedException",
                        "b failed ConditionalCheckFailedException"),
                seen);
    }

    @Test
    void requestIsModified_andAnAnswerMayBeLost() {
        assertThrows(
                IllegalStateException.class,
                () -> dynamo.getItem(get -> get.tableName(TABLE).key(key("a", "x"))));
        assertEquals("b after", seen.get(2));
    }
}
