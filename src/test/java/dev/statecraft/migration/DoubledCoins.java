package dev.statecraft.migration;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.statecraft.migration.definition.Migration;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Optional;

/** A migration in Java code of a game: doubles the coins of purses. */
@ApplicationScoped
public class DoubledCoins implements Migration {

    public static final String VERSION = "0.1.0";

    @Override
    public String version() {
        return VERSION;
    }

    @Override
    public String description() {
        return "A coin becomes two";
    }

    @Override
    public String entityType() {
        return "PURSE";
    }

    @Override
    public ObjectNode up(ObjectNode state) {
        return state.put("coins", state.path("coins").asLong() * 2);
    }

    @Override
    public Optional<ObjectNode> down(ObjectNode state) {
        return Optional.of(state.put("coins", state.path("coins").asLong() / 2));
    }

    @Override
    public boolean reversible() {
        return true;
    }
}
