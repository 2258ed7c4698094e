package dev.statecraft.testing.dynamo.expression;

import java.util.Map;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.ConditionalCheckFailedException;
import software.amazon.awssdk.services.dynamodb.model.DynamoDbException;

/** The exceptions of the SDK as its client throws them: with error code, message and status code. */
public final class DynamoErrors {

    private static final int BAD_REQUEST = 400;

    private DynamoErrors() {}

    /** A request that DynamoDB does not accept: {@code ValidationException}, for which the SDK has no class. */
    public static DynamoDbException invalid(String message) {
        return of(DynamoDbException.builder(), "ValidationException", message);
    }

    /** A failed condition, with the stored item if the caller asked for it. */
    public static ConditionalCheckFailedException condition(@Nullable Map<String, AttributeValue> item) {
        ConditionalCheckFailedException.Builder builder = ConditionalCheckFailedException.builder();
        if (item != null) {
            builder.item(item);
        }
        return of(builder, "ConditionalCheckFailedException", "The conditional request failed");
    }

    /** A request or an expression form that the model does not have. */
    public static UnsupportedOperationException unsupported(String what) {
        return new UnsupportedOperationException("The model of DynamoDB does not support " + what);
    }

    /** Completes an exception of the SDK. */
    @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
    public static <E extends AwsServiceException> E of(AwsServiceException.Builder builder, String code, String text) {
        return (E) builder.message(text)
                .statusCode(BAD_REQUEST)
                .requestId("MODEL")
                .awsErrorDetails(AwsErrorDetails.builder()
                        .serviceName("DynamoDb")
                        .errorCode(code)
                        .errorMessage(text)
                        .build())
                .build();
    }
}
