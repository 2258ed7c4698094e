package dev.statecraft.lambda;

import dev.statecraft.migration.execution.RunsPending;
import dev.statecraft.table.Sha256;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.http.apache.ApacheHttpClient;
import software.amazon.awssdk.services.sfn.SfnClient;
import software.amazon.awssdk.services.sfn.model.ExecutionAlreadyExistsException;

/**
 * Starts the state machine of template.yaml for migration runs that no worker is driving. The name of an execution is
 * derived from the pending runs, so repeated requests start it once. Cost: one request.
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
                        .httpClientBuilder(ApacheHttpClient.builder())
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
            LOG.debugf("The runs are already being driven: game=%s", runs.game());
        }
    }

    /** Name of the execution: at most 80 letters, digits and hyphens for any game. */
    static String name(RunsPending runs) {
        return Sha256.hex(runs.game(), 8) + "-" + runs.revisionKey();
    }

    /** Input of the first step, as JSON. Game ids contain no characters that JSON escapes. */
    public static String input(RunsPending runs) {
        return "{\"game\":\"" + runs.game() + "\"" + (runs.possiblyDriven() ? ",\"resume\":true}" : "}");
    }
}
