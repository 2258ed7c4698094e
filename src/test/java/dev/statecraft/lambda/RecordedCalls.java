package dev.statecraft.lambda;

import dev.statecraft.testing.dynamo.ModelDatabase;
import dev.statecraft.testing.wire.WireServer;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import software.amazon.awssdk.core.interceptor.Context;
import software.amazon.awssdk.core.interceptor.ExecutionAttributes;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;

/** A database in memory with the tables of the project, for functions in other processes; records their requests. */
final class RecordedCalls implements AutoCloseable {

    private final Queue<Call> calls = new ConcurrentLinkedQueue<>();
    private final WireServer server;
    private final String prefix;

    /**
     * A request.
     *
     * @param verb name of the operation, such as {@code GetItem}
     * @param table name without the prefix; empty for a request that names several
     */
    record Call(String verb, String table) {}

    RecordedCalls() {
        ModelDatabase database = new ModelDatabase();
        prefix = database.freshTables().prefix();
        server = WireServer.start(
                database.client(List.of(new ExecutionInterceptor() {
                    @Override
                    public void beforeExecution(Context.BeforeExecution context, ExecutionAttributes attributes) {
                        calls.add(call(context.request()));
                    }
                })),
                database.streams());
    }

    private Call call(software.amazon.awssdk.core.SdkRequest request) {
        String table = request.getValueForField("TableName", String.class).orElse("");
        return new Call(
                request.getClass().getSimpleName().replaceFirst("Request$", ""),
                table.startsWith(prefix) ? table.substring(prefix.length()) : table);
    }

    URI endpoint() {
        return server.endpoint();
    }

    /** The prefix of the tables. */
    String prefix() {
        return prefix;
    }

    /** The requests since the last call. */
    List<Call> take() {
        List<Call> taken = new ArrayList<>();
        for (Call call = calls.poll(); call != null; call = calls.poll()) {
            taken.add(call);
        }
        return taken;
    }

    @Override
    public void close() {
        server.close();
    }
}
