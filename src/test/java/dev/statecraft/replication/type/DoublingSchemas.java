package dev.statecraft.replication.type;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.statecraft.replication.state.Entity;
import dev.statecraft.replication.state.Schemas;

/** Migration 2.0.0 with its downgrade: renames {@code coins} to {@code gold} and doubles it. An odd number has no way back. */
public final class DoublingSchemas implements Schemas {

    @Override
    public boolean isAfter(String version, String other) {
        return version.compareTo(other) > 0;
    }

    @Override
    public ConvertedState up(String game, Entity entity, String to) {
        ObjectNode up = entity.json().deepCopy();
        up.put("gold", up.path("coins").asInt() * 2).remove("coins");
        return new ConvertedState("2.0.0", up);
    }

    @Override
    public StateConversion down(String game, Entity entity, String to) {
        if (!to.contains(".")) {
            return new NoVersion();
        }
        ObjectNode down = entity.json().deepCopy();
        int gold = down.path("gold").asInt();
        if (gold % 2 == 1) {
            return new NoDowngrade(gold + " is odd");
        }
        down.put("coins", gold / 2).remove("gold");
        return new ConvertedState("0.0.0", down);
    }
}
