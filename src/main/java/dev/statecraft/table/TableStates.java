package dev.statecraft.table;

import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;

/** Reads the status of all tables. */
@ApplicationScoped
public class TableStates {

    private final DynamoDbClient dynamo;
    private final TableNames tables;
    private final Parallel parallel;

    TableStates(DynamoDbClient dynamo, TableNames tables, Parallel parallel) {
        this.dynamo = dynamo;
        this.tables = tables;
        this.parallel = parallel;
    }

    /**
     * The status of each table by its short name: {@code ACTIVE} for a usable table, another status of DynamoDB, the
     * error code of a failed request, or {@code UNREACHABLE}. Cost: one DescribeTable per table, in parallel; no
     * capacity.
     *
     * @param timeout maximum duration of a request, including retries
     */
    public Map<String, String> read(Duration timeout) {
        List<String> names = names();
        List<Callable<String>> requests = new ArrayList<>();
        names.forEach(name -> requests.add(() -> state(name, timeout)));
        List<String> states = parallel.all(requests);
        Map<String, String> byName = new LinkedHashMap<>();
        for (int i = 0; i < names.size(); i++) {
            byName.put(names.get(i).substring(tables.prefix().length()), states.get(i));
        }
        return byName;
    }

    private String state(String table, Duration timeout) {
        try {
            return dynamo.describeTable(describe ->
                            describe.tableName(table).overrideConfiguration(request -> request.apiCallTimeout(timeout)))
                    .table()
                    .tableStatusAsString();
        } catch (AwsServiceException e) {
            return String.valueOf(e.awsErrorDetails().errorCode());
        } catch (SdkException e) {
            return "UNREACHABLE";
        }
    }

    private List<String> names() {
        return List.of(
                tables.boards(),
                tables.entries(),
                tables.ranks(),
                tables.entities(),
                tables.log(),
                tables.history(),
                tables.replication(),
                tables.connections(),
                tables.intents(),
                tables.migrations(),
                tables.erasures(),
                tables.events(),
                tables.integration(),
                tables.access(),
                tables.limits());
    }
}
