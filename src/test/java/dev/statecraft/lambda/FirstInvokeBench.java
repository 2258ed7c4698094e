package dev.statecraft.lambda;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/**
 * The start and the first events of every function of {@code target/function.zip}, one after the other, with priming and
 * without.
 */
@EnabledOnOs(OS.LINUX)
@Tag("bench")
class FirstInvokeBench {

    private static final Path ZIP = Path.of(System.getProperty("statecraft.packaged", "target/function.zip"));
    private static final int STARTS = Integer.getInteger("starts", 3);

    @Test
    void firstInvoke(@TempDir Path unpacked) throws Exception {
        assumeTrue(Files.exists(ZIP), "./mvnw package writes " + ZIP);
        PackagedFunction.unpack(ZIP, unpacked);
        for (String priming : new String[] {"false", "true"}) {
            System.out.println("priming " + priming + ": wall time, processor time, requests to DynamoDB");
            FirstInvoke.HEAD.forEach(System.out::println);
            for (String handler : FirstInvoke.EVENTS.keySet()) {
                for (int start = 0; start < STARTS; start++) {
                    try (RecordedCalls calls = new RecordedCalls()) {
                        FirstInvoke measured = FirstInvoke.of(
                                unpacked, handler, calls, Map.of("STATECRAFT_LAMBDA_PRIMING", priming), 2);
                        System.out.println(measured.row());
                    }
                }
            }
        }
    }
}
