package dev.statecraft.replication;

import com.fasterxml.jackson.databind.node.ObjectNode;

/** Knows no way from one schema version to another until it is told who does. */
public final class RealmSchemas implements Schemas {

    private Schemas known = new Schemas() {
        @Override
        public Shape up(String game, String type, String from, String to, ObjectNode state) {
            return new Shape(from, state);
        }

        @Override
        public Asked down(String game, String type, String from, String to, ObjectNode state) {
            return new NoWayBack("nobody has told");
        }
    };

    /** Has somebody else answer from now on. */
    public void ask(Schemas others) {
        known = others;
    }

    @Override
    public Shape up(String game, String type, String from, String to, ObjectNode state) {
        return known.up(game, type, from, to, state);
    }

    @Override
    public Asked down(String game, String type, String from, String to, ObjectNode state) {
        return known.down(game, type, from, to, state);
    }
}
