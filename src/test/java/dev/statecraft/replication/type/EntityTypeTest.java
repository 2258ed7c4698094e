package dev.statecraft.replication.type;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.statecraft.replication.state.Strategy;
import org.junit.jupiter.api.Test;

class EntityTypeTest {

    @Test
    void defaultTypesMatchTheOriginalApi() {
        assertEquals(Strategy.MERGE, EntityType.standard("PLAYER_DATA").strategy());
        assertEquals(Strategy.SERVER_WINS, EntityType.standard("GAME_STATE").strategy());
        assertEquals(Strategy.CLIENT_WINS, EntityType.standard("UI_STATE").strategy());
        assertEquals(Strategy.SERVER_WINS, EntityType.standard("ANYTHING").strategy());
        assertTrue(!EntityType.standard("GAME_STATE").playersMayWrite());
        assertTrue(EntityType.standard("PLAYER_DATA").playersMayWrite());
    }
}
