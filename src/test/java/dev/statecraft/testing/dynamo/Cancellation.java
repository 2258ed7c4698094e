package dev.statecraft.testing.dynamo;

import dev.statecraft.testing.dynamo.expression.DynamoErrors;
import dev.statecraft.testing.dynamo.storage.StoredItem;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.model.CancellationReason;
import software.amazon.awssdk.services.dynamodb.model.TransactionCanceledException;

/** Why a transaction is cancelled. */
final class Cancellation {

    private static final CancellationReason NONE =
            CancellationReason.builder().code("None").build();

    private Cancellation() {}

    static CancellationReason failedCondition(PreparedWrite write, @Nullable StoredItem current) {
        CancellationReason.Builder reason =
                CancellationReason.builder().code("ConditionalCheckFailed").message("The conditional request failed");
        var item = write.shown(current);
        return (item == null ? reason : reason.item(item)).build();
    }

    static CancellationReason reason(String code, String message) {
        return CancellationReason.builder().code(code).message(message).build();
    }

    /** Cancels with the reasons in the order of the items, if there is any; null stands for none. */
    static void cancelIfAny(@Nullable CancellationReason[] reasons) {
        List<CancellationReason> all = new ArrayList<>(reasons.length);
        StringBuilder codes = new StringBuilder();
        boolean any = false;
        for (CancellationReason reason : reasons) {
            any |= reason != null;
            all.add(reason == null ? NONE : reason);
            codes.append(codes.isEmpty() ? "" : ", ")
                    .append(all.get(all.size() - 1).code());
        }
        if (any) {
            throw DynamoErrors.of(
                    TransactionCanceledException.builder().cancellationReasons(all),
                    "TransactionCanceledException",
                    "Transaction cancelled, please refer cancellation reasons for specific reasons [" + codes + "]");
        }
    }
}
