package dev.statecraft.testing.dynamo;

import dev.statecraft.testing.dynamo.expression.DynamoErrors;
import dev.statecraft.testing.dynamo.storage.Consumption;
import dev.statecraft.testing.dynamo.storage.ModelState;
import dev.statecraft.testing.dynamo.storage.PlannedWrite;
import dev.statecraft.testing.dynamo.storage.StoredItem;
import dev.statecraft.testing.dynamo.storage.Throughput;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.model.CancellationReason;
import software.amazon.awssdk.services.dynamodb.model.DynamoDbException;
import software.amazon.awssdk.services.dynamodb.model.IdempotentParameterMismatchException;
import software.amazon.awssdk.services.dynamodb.model.TransactWriteItem;
import software.amazon.awssdk.services.dynamodb.model.TransactWriteItemsRequest;
import software.amazon.awssdk.services.dynamodb.model.TransactWriteItemsResponse;
import software.amazon.awssdk.services.dynamodb.model.TransactionInProgressException;

/**
 * TransactWriteItems, in two steps: the first one marks the items as in flight, the second one checks the conditions,
 * applies the writes and removes the marks. Other writes of marked items fail in between.
 */
final class Transactions {

    static final int MOST_ITEMS = 100;

    private static final long MOST_BYTES = 4 * 1024 * 1024;
    private static final int MOST_TOKENS = 10_000;
    private static final Duration TOKEN_LIFE = Duration.ofMinutes(10);

    /** A request token whose transaction is running, or was applied at a time. */
    private record Token(List<TransactWriteItem> items, boolean done, long atNanos) {}

    private final ModelState state;
    private final ModelSettings settings;

    /** In the order of their completion, and at most {@link #MOST_TOKENS} completed ones: the SDK sends one with every call. */
    private final Map<String, Token> tokens = new LinkedHashMap<>();

    Transactions(ModelState state, ModelSettings settings) {
        this.state = state;
        this.settings = settings;
    }

    TransactWriteItemsResponse write(TransactWriteItemsRequest request) {
        List<PreparedWrite> writes = prepareAll(request.transactItems());
        String token = request.clientRequestToken();
        Consumption consumption = new Consumption(true);
        if (settings.interleaving() == Interleaving.NONE) {
            synchronized (state.lock) {
                if (!begin(request, writes, consumption)) {
                    writeAtOnce(writes, token, request, consumption);
                }
            }
        } else {
            boolean repeated;
            synchronized (state.lock) {
                repeated = begin(request, writes, consumption);
            }
            if (!repeated) {
                writeInSteps(writes, token, request, consumption);
            }
        }
        return TransactWriteItemsResponse.builder()
                .consumedCapacity(consumption.allOrNull(request.returnConsumedCapacity()))
                .build();
    }

    /** Marks the items. Returns true if the same request was applied before; throws if it cannot start. */
    private boolean begin(TransactWriteItemsRequest request, List<PreparedWrite> writes, Consumption consumption) {
        long now = state.nowNanos();
        String token = request.clientRequestToken();
        if (token != null && isRepeated(token, request, now)) {
            for (PreparedWrite write : writes) {
                StoredItem item = state.current(write.table(), write.partition(), write.row());
                consumption.read(write.table(), null, StoredItem.sizeOf(item), true);
            }
            state.account(consumption);
            return true;
        }
        CancellationReason[] reasons = new CancellationReason[writes.size()];
        boolean conflicts = false;
        for (int i = 0; i < reasons.length; i++) {
            PreparedWrite write = writes.get(i);
            if (state.isInFlight(write.table(), write.partition(), write.row())) {
                reasons[i] = Cancellation.reason("TransactionConflict", "Transaction is ongoing for the item");
                conflicts = true;
            } else if (!state.throughput.canWrite(write.table(), write.partition(), now)) {
                reasons[i] = Cancellation.reason("ThrottlingError", Throughput.MESSAGE);
            }
        }
        if (conflicts) {
            // AWS bills a cancelled transaction; it does not bill a throttled request.
            consumeCancelled(writes, now);
        }
        Cancellation.cancelIfAny(reasons);
        writes.forEach(write -> state.inFlight.add(write.address()));
        if (token != null) {
            tokens.put(token, new Token(request.transactItems(), false, now));
        }
        return false;
    }

    private void writeAtOnce(
            List<PreparedWrite> writes,
            @Nullable String token,
            TransactWriteItemsRequest request,
            Consumption consumption) {
        boolean applied = false;
        try {
            List<PlannedWrite> plans = decide(writes, consumption);
            plans.forEach(plan -> state.apply(plan, false));
            applied = true;
        } finally {
            end(writes, token, request, applied);
        }
    }

    private void writeInSteps(
            List<PreparedWrite> writes,
            @Nullable String token,
            TransactWriteItemsRequest request,
            Consumption consumption) {
        boolean applied = false;
        try {
            try {
                settings.interleaving().point("transaction prepared");
            } catch (RuntimeException | Error death) {
                applied = finishWithoutCaller(writes, consumption);
                throw death;
            }
            List<PlannedWrite> plans;
            synchronized (state.lock) {
                plans = decide(writes, consumption);
                if (!settings.tornTransactions()) {
                    plans.forEach(plan -> state.apply(plan, false));
                }
                applied = true;
            }
            if (settings.tornTransactions()) {
                applyOneByOne(plans);
            }
        } finally {
            synchronized (state.lock) {
                end(writes, token, request, applied);
            }
        }
    }

    /** What DynamoDB does with a transaction whose caller has died: it applies it, or the request never arrived. */
    private boolean finishWithoutCaller(List<PreparedWrite> writes, Consumption consumption) {
        synchronized (state.lock) {
            if (state.random(2) == 0) {
                return false;
            }
            try {
                decide(writes, consumption).forEach(plan -> state.apply(plan, false));
                return true;
            } catch (DynamoDbException cancelled) {
                // Nobody is left who could receive the answer.
                return false;
            }
        }
    }

    /** A decided transaction is applied to its end, even if the caller dies meanwhile. */
    private void applyOneByOne(List<PlannedWrite> plans) {
        Iterator<PlannedWrite> left = plans.iterator();
        try {
            while (left.hasNext()) {
                synchronized (state.lock) {
                    state.apply(left.next(), false);
                }
                if (left.hasNext()) {
                    settings.interleaving().point("transaction partly applied");
                }
            }
        } finally {
            synchronized (state.lock) {
                left.forEachRemaining(plan -> state.apply(plan, false));
            }
        }
    }

    /** Checks the conditions. Throws if one fails, and counts what the transaction consumes in both cases. */
    private List<PlannedWrite> decide(List<PreparedWrite> writes, Consumption consumption) {
        CancellationReason[] reasons = new CancellationReason[writes.size()];
        List<PlannedWrite> plans = new ArrayList<>();
        long sizeBytes = 0;
        for (int i = 0; i < reasons.length; i++) {
            PreparedWrite write = writes.get(i);
            StoredItem current = state.current(write.table(), write.partition(), write.row());
            @Nullable PlannedWrite plan = null;
            if (!write.accepts(current)) {
                reasons[i] = Cancellation.failedCondition(write, current);
            } else {
                try {
                    plan = write.plan(current);
                } catch (DynamoDbException invalid) {
                    reasons[i] = Cancellation.reason(
                            "ValidationError", invalid.awsErrorDetails().errorMessage());
                }
            }
            if (plan != null) {
                plans.add(plan);
            }
            sizeBytes += StoredItem.sizeOf(plan == null || plan.after() == null ? current : plan.after());
        }
        if (sizeBytes > MOST_BYTES) {
            throw DynamoErrors.invalid("The aggregate size of the items in the transaction exceeded 4 MB");
        }
        long now = state.nowNanos();
        for (CancellationReason reason : reasons) {
            if (reason != null) {
                consumeCancelled(writes, now);
                break;
            }
        }
        Cancellation.cancelIfAny(reasons);
        for (PlannedWrite plan : plans) {
            consumption.write(plan);
            state.throughput.write(plan, 2, now);
        }
        state.account(consumption);
        return plans;
    }

    /** Counts a cancelled transaction: each of its writes, applied or not, twice. */
    private void consumeCancelled(List<PreparedWrite> writes, long now) {
        Consumption cancelled = new Consumption(true);
        for (PreparedWrite write : writes) {
            StoredItem current = state.current(write.table(), write.partition(), write.row());
            double units = cancelled.failedWrite(write.table(), write.sizeBytes(current));
            state.throughput.failedWrite(write.table(), write.partition(), units, now);
        }
        state.account(cancelled);
    }

    private void end(
            List<PreparedWrite> writes, @Nullable String token, TransactWriteItemsRequest request, boolean applied) {
        writes.forEach(write -> state.inFlight.remove(write.address()));
        if (token != null) {
            tokens.remove(token);
            if (applied) {
                tokens.put(token, new Token(request.transactItems(), true, state.nowNanos()));
                Map.Entry<String, Token> eldest = tokens.entrySet().iterator().next();
                if (tokens.size() > MOST_TOKENS && eldest.getValue().done()) {
                    tokens.remove(eldest.getKey());
                }
            }
        }
    }

    private boolean isRepeated(String token, TransactWriteItemsRequest request, long now) {
        Token known = tokens.get(token);
        if (known == null || (known.done() && now - known.atNanos() >= TOKEN_LIFE.toNanos())) {
            return false;
        }
        if (!known.items().equals(request.transactItems())) {
            throw DynamoErrors.of(
                    IdempotentParameterMismatchException.builder(),
                    "IdempotentParameterMismatchException",
                    "The request uses the same client token as a previous, but non-identical request.");
        }
        if (!known.done()) {
            throw DynamoErrors.of(
                    TransactionInProgressException.builder(),
                    "TransactionInProgressException",
                    "The transaction with the given request token is already in progress.");
        }
        return true;
    }

    private List<PreparedWrite> prepareAll(List<TransactWriteItem> items) {
        if (items.isEmpty() || items.size() > MOST_ITEMS) {
            throw DynamoErrors.invalid("1 validation error detected: Value at 'transactItems' failed to satisfy"
                    + " constraint: Member must have length less than or equal to 100 and greater than or equal to 1");
        }
        List<@Nullable PreparedWrite> writes = new ArrayList<>(items.size());
        CancellationReason[] reasons = new CancellationReason[items.size()];
        TreeSet<ModelState.Address> addresses = new TreeSet<>();
        for (int i = 0; i < reasons.length; i++) {
            try {
                PreparedWrite write = prepare(items.get(i));
                writes.add(write);
                if (!addresses.add(write.address())) {
                    throw DynamoErrors.invalid("Transaction request cannot include multiple operations on one item");
                }
            } catch (DynamoDbException invalid) {
                String message = invalid.awsErrorDetails().errorMessage();
                if (!message.contains("Type mismatch for") && !message.contains("Cannot update attribute")) {
                    throw invalid;
                }
                // An item that does not fit the keys cancels the transaction; other mistakes are those of the request.
                reasons[i] = Cancellation.reason("ValidationError", message);
                writes.add(null);
            }
        }
        if (writes.contains(null)) {
            cancel(writes, reasons);
        }
        return writes.stream().map(Objects::requireNonNull).toList();
    }

    private void cancel(List<@Nullable PreparedWrite> writes, @Nullable CancellationReason[] reasons) {
        synchronized (state.lock) {
            for (int i = 0; i < reasons.length; i++) {
                PreparedWrite write = writes.get(i);
                if (write != null) {
                    StoredItem current = state.current(write.table(), write.partition(), write.row());
                    reasons[i] = write.accepts(current) ? null : Cancellation.failedCondition(write, current);
                }
            }
        }
        Cancellation.cancelIfAny(reasons);
    }

    private PreparedWrite prepare(TransactWriteItem item) {
        long operations = Stream.of(item.put(), item.update(), item.delete(), item.conditionCheck())
                .filter(Objects::nonNull)
                .count();
        if (operations != 1) {
            throw DynamoErrors.invalid("TransactItems can only contain one of Check, Put, Update or Delete");
        }
        if (item.put() != null) {
            return PreparedWrite.of(state.table(item.put().tableName()), item.put());
        }
        if (item.update() != null) {
            if (item.update().updateExpression() == null) {
                throw DynamoErrors.invalid("The updateExpression of an update in a transaction must not be null");
            }
            return PreparedWrite.of(state.table(item.update().tableName()), item.update());
        }
        if (item.delete() != null) {
            return PreparedWrite.of(state.table(item.delete().tableName()), item.delete());
        }
        if (item.conditionCheck().conditionExpression() == null) {
            throw DynamoErrors.invalid("The conditionExpression of a check in a transaction must not be null");
        }
        return PreparedWrite.of(state.table(item.conditionCheck().tableName()), item.conditionCheck());
    }
}
