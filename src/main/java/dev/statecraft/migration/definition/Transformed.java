package dev.statecraft.migration.definition;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.statecraft.migration.expression.ErrorText;

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
