package dev.statecraft.local;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.statecraft.local.template.Template;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@QuarkusTest
@Tag("application")
@WithTestResource(DynamoDbLocalResource.class)
class LocalRuntimeTest {

    @Inject
    LocalRuntime local;

    @Inject
    LocalHandlers handlers;

    @Inject
    LocalScheduler scheduler;

    @Test
    void everyHandlerOfTheTemplate_exists() {
        Template template = Template.ofProject();
        template.streamMappings()
                .forEach(mapping -> assertTrue(handlers.find(mapping.handler()).isPresent(), mapping.handler()));
        template.schedules()
                .forEach(
                        schedule -> assertTrue(handlers.find(schedule.handler()).isPresent(), schedule.handler()));
    }

    @Test
    void handler_convertsJson() throws Exception {
        String answer = handlers.find("leaderboard-stream").orElseThrow().invoke("{\"Records\": []}");
        assertEquals("{\"batchItemFailures\":[]}", answer);
    }

    @Test
    void pump_drainsWithoutWrites() {
        local.pump().drain(Duration.ofSeconds(30));
        assertEquals(0, local.pump().pending());
        assertEquals(List.of(), local.pump().deadLetters());
    }

    @Test
    void schedule_isTriggeredExplicitly() throws Exception {
        assertTrue(String.valueOf(scheduler.trigger("schedule")).startsWith("{"));
        assertThrows(IllegalArgumentException.class, () -> scheduler.trigger("nobody"));
    }
}
