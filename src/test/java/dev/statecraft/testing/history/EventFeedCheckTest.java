package dev.statecraft.testing.history;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.statecraft.testing.history.EventFeedCheck.Appended;
import dev.statecraft.testing.history.EventFeedCheck.Happened;
import dev.statecraft.testing.history.EventFeedCheck.Rule;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class EventFeedCheckTest {

    private static final List<Happened> HAPPENED =
            List.of(new Happened("x", "x1"), new Happened("x", "x2"), new Happened("y", "y1"));
    private static final Map<String, Long> MERGED = Map.of("scores", 3L);
    private static final Appended X1 = new Appended(1, "x", "x1", 0);
    private static final Appended S1 = new Appended(2, "scores", "s1", 2);
    private static final Appended Y1 = new Appended(3, "y", "y1", 0);
    private static final Appended X2 = new Appended(4, "x", "x2", 0);
    private static final Appended S2 = new Appended(5, "scores", "s2", 1);

    private static List<Violation> check(Appended... feed) {
        return EventFeedCheck.check(HAPPENED, MERGED, List.of(feed));
    }

    private static Appended at(long seq, Appended event) {
        return new Appended(seq, event.subject(), event.id(), event.count());
    }

    @Test
    void goodFeedsHaveNoViolation() {
        assertEquals(List.of(), EventFeedCheck.check(List.of(), Map.of(), List.of()));
        assertEquals(List.of(), check(X1, S1, Y1, X2, S2));
    }

    @ParameterizedTest
    @EnumSource
    void badFeedsViolateOneRule(Rule rule) {
        List<Violation> found =
                switch (rule) {
                    case NUMBER_GAP -> check(X1, S1, Y1, X2, at(6, S2));
                    case EVENT_REPEATED -> check(X1, S1, Y1, X2, S2, at(6, Y1));
                    case EVENT_LOST -> check(X1, S1, Y1, at(4, S2));
                    case EVENT_INVENTED -> check(X1, S1, Y1, X2, S2, new Appended(6, "x", "x3", 0));
                    case EVENT_OUT_OF_ORDER -> check(at(1, X2), S1, Y1, at(4, X1), S2);
                    case COUNT_DIFFERS -> check(X1, S1, Y1, X2);
                };
        assertEquals(List.of(rule), found.stream().map(Violation::rule).toList(), found.toString());
    }
}
