package dev.statecraft.migration;

import com.fasterxml.jackson.databind.node.ObjectNode;

/** The result of transforming one state; in order of precedence. */
public sealed interface Transformed {

    /** The state cannot be transformed. */
    record Failed(String reason) implements Transformed {

        /** Bounds the reason. */
        public Failed {
            reason = ErrorText.bounded(reason);
        }
    }

    /** The new state. */
    record Done(ObjectNode state) implements Transformed {}
}
