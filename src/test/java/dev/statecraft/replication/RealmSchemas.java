package dev.statecraft.replication;

import dev.statecraft.replication.state.Entity;
import dev.statecraft.replication.state.Schemas;

/** Converts no state between schema versions until a converter is set. */
public final class RealmSchemas implements Schemas {

    private Schemas known = new Schemas() {
        @Override
        public ConvertedState up(String game, Entity entity, String to) {
            return new ConvertedState(entity.schemaVersion(), entity.json());
        }

        @Override
        public boolean isAfter(String version, String other) {
            return false;
        }

        @Override
        public StateConversion down(String game, Entity entity, String to) {
            return new NoDowngrade("no migrations are registered");
        }
    };

    /** Sets the converter. */
    public void ask(Schemas others) {
        known = others;
    }

    @Override
    public ConvertedState up(String game, Entity entity, String to) {
        return known.up(game, entity, to);
    }

    @Override
    public boolean isAfter(String version, String other) {
        return known.isAfter(version, other);
    }

    @Override
    public StateConversion down(String game, Entity entity, String to) {
        return known.down(game, entity, to);
    }
}
