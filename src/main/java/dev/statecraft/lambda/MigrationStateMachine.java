package dev.statecraft.lambda;

import dev.statecraft.migration.execution.RunsPending;
import dev.statecraft.table.Sha256;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.services.sfn.SfnClient;
import software.amazon.awssdk.services.sfn.model.ExecutionAlreadyExistsException;

/**
 * Starts the state machine of template.yaml that drives runs of migrations, when there are some that nobody drives. One
 * request. An execution is named after what is waiting, so the same wish starts it once, however often it is repeated.
 */
@ApplicationScoped
public class MigrationStateMachine {

    private static final Logger LOG = Logger.getLogger(MigrationStateMachine.class);

    private final @Nullable String arn;
    private final @Nullable SfnClient states;

    MigrationStateMachine(MigrationStateMachineConfig config) {
        arn = config.arn().orElse(null);
        states = arn == null
                ? null
                : SfnClient.builder()
                        .httpClientBuilder(UrlConnectionHttpClient.builder())
                        .build();
    }

    @PreDestroy
    void close() {
        if (states != null) {
            states.close();
        }
    }

    void start(@Observes RunsPending runs) {
        SfnClient client = states;
        if (client == null) {
            return;
        }
        try {
            client.startExecution(
                    start -> start.stateMachineArn(arn).name(name(runs)).input(input(runs)));
        } catch (ExecutionAlreadyExistsException e) {
            LOG.debugf("the runs are driven already: game=%s", runs.game());
        }
    }

    /** At most 80 letters and digits, whatever a game is called. */
    static String name(RunsPending runs) {
        return Sha256.hex(runs.game(), 8) + "-" + runs.revisionKey();
    }

    /** What the first step is handed. Ids of games hold nothing that JSON would have to escape. */
    public static String input(RunsPending runs) {
        return "{\"game\":\"" + runs.game() + "\"" + (runs.possiblyDriven() ? ",\"resume\":true}" : "}");
    }
}
