package dev.statecraft.testing.history;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.statecraft.testing.history.OnceCheck.Answer;
import dev.statecraft.testing.history.OnceCheck.Attempt;
import dev.statecraft.testing.history.OnceCheck.Rule;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class OnceCheckTest {

    private static Operation<Attempt<String>, Answer<Long>> applied(String id, String body, long value) {
        return Operation.answered("p", 1, 2, new Attempt<>(id, body), new Answer<>(true, value));
    }

    private static Operation<Attempt<String>, Answer<Long>> refused(String id) {
        return Operation.answered("p", 1, 2, new Attempt<>(id, "b"), Answer.refused());
    }

    private static Operation<Attempt<String>, Answer<Long>> lost(String id) {
        return Operation.unknown("p", 1, new Attempt<>(id, "b"));
    }

    @Test
    void goodHistoriesHaveNoViolation() {
        assertEquals(List.of(), OnceCheck.check(List.<Operation<Attempt<String>, Answer<Long>>>of(), List.of()));
        assertEquals(
                List.of(),
                OnceCheck.check(
                        List.of(
                                lost("a"),
                                applied("a", "b", 1),
                                applied("a", "b", 1),
                                lost("c"),
                                lost("d"),
                                refused("e"),
                                refused("f"),
                                applied("f", "b", 2)),
                        List.of("a", "d", "f")));
    }

    @ParameterizedTest
    @EnumSource
    void badHistoriesViolateOneRule(Rule rule) {
        List<Violation> found =
                switch (rule) {
                    case EFFECT_REPEATED ->
                        OnceCheck.check(List.of(lost("a"), applied("a", "b", 1)), List.of("a", "a"));
                    case EFFECT_LOST -> OnceCheck.check(List.of(applied("a", "b", 1)), List.of());
                    case EFFECT_WITHOUT_REQUEST -> OnceCheck.check(List.of(refused("a")), List.of("a"));
                    case ANSWER_DIFFERS ->
                        OnceCheck.check(List.of(applied("a", "b", 1), applied("a", "b", 2)), List.of("a"));
                    case BODY_DIFFERS ->
                        OnceCheck.check(List.of(applied("a", "b", 1), applied("a", "other", 1)), List.of("a"));
                };
        assertEquals(List.of(rule), found.stream().map(Violation::rule).toList(), found.toString());
    }

    @Test
    void anIdThatWasNeverSentHasNoEffect() {
        assertEquals(
                List.of(Rule.EFFECT_WITHOUT_REQUEST),
                OnceCheck.check(List.<Operation<Attempt<String>, Answer<Long>>>of(), List.of("x")).stream()
                        .map(Violation::rule)
                        .toList());
    }
}
