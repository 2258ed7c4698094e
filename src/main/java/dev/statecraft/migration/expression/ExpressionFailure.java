package dev.statecraft.migration.expression;

/** An evaluation failed at a node of its expression. Cheap to throw: {@code ||} and {@code &&} may absorb it. */
final class ExpressionFailure extends Exception {

    private static final long serialVersionUID = 1L;

    private static final int QUOTED_LENGTH = 60;

    private final String reason;
    private final long node;

    ExpressionFailure(String reason) {
        this(reason, 0);
    }

    private ExpressionFailure(String reason, long node) {
        super(reason, null, false, false);
        this.reason = reason;
        this.node = node;
    }

    String reason() {
        return reason;
    }

    /** The node that failed; 0 if it is not known. */
    long node() {
        return node;
    }

    /** A copy with the node, unless the node is already known. */
    ExpressionFailure at(long failed) {
        return node == 0 ? new ExpressionFailure(reason, failed) : this;
    }

    /** Quotes a text of a record for a reason and limits its length. */
    static String quoted(Object text) {
        return '"' + ErrorText.bounded(String.valueOf(text), QUOTED_LENGTH) + '"';
    }
}
