package dev.statecraft.erasure;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class RobloxResourceTest {

    private static Set<String> gamesOf(String payload, List<String> places, String... all)
            throws JsonProcessingException {
        return RobloxResource.gamesOf(new ObjectMapper().readTree(payload), places, List.of(all));
    }

    @Test
    void games_areTheNamedExistingOnes() throws JsonProcessingException {
        assertEquals(Set.of("1", "two"), gamesOf("{\"GameIds\":[1,2,\"two\"]}", List.of(), "1", "two", "three"));
    }

    @Test
    void startPlaces_mapToGames() throws JsonProcessingException {
        List<String> places = List.of("815=racing", " 816 = zoo ", "817=gone");
        assertEquals(Set.of("racing"), gamesOf("{\"GameIds\":[815]}", places, "default", "racing", "zoo"));
        assertEquals(Set.of("racing", "zoo"), gamesOf("{\"GameIds\":[815,816,4]}", places, "default", "racing", "zoo"));
        // The notification concerns games of another deployment.
        assertEquals(Set.of(), gamesOf("{\"GameIds\":[4,817]}", places, "default", "racing", "zoo"));
    }

    @Test
    void withoutStartPlaces_allGamesAreConcerned() throws JsonProcessingException {
        assertEquals(Set.of("default"), gamesOf("{\"GameIds\":[815]}", List.of(), "default"));
        assertEquals(Set.of("default"), gamesOf("{}", List.of(), "default"));
        assertEquals(Set.of("default", "other"), gamesOf("{\"GameIds\":[815]}", List.of(), "default", "other"));
    }
}
