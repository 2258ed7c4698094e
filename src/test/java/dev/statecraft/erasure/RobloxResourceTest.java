package dev.statecraft.erasure;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class RobloxResourceTest {

    private static Set<String> gamesOf(String payload, String... all) throws JsonProcessingException {
        return RobloxResource.gamesOf(new ObjectMapper().readTree(payload), List.of(all));
    }

    @Test
    void gamesAreThoseThatAreNamedAndThatThereAre() throws JsonProcessingException {
        assertEquals(Set.of("1", "two"), gamesOf("{\"GameIds\":[1,2,\"two\"]}", "1", "two", "three"));
    }

    @Test
    void whereThereIsOneGameItIsMeantWhateverRobloxCallsIt() throws JsonProcessingException {
        assertEquals(Set.of("default"), gamesOf("{\"GameIds\":[815]}", "default"));
        assertEquals(Set.of("default"), gamesOf("{}", "default"));
    }

    @Test
    void whereThereAreSeveralGamesNoneIsGuessed() throws JsonProcessingException {
        assertEquals(Set.of(), gamesOf("{\"GameIds\":[815]}", "default", "other"));
    }
}
