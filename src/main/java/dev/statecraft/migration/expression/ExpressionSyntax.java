package dev.statecraft.migration.expression;

import dev.cel.common.CelAbstractSyntaxTree;
import dev.cel.common.CelMutableAst;
import dev.cel.common.CelSource;
import dev.cel.common.ast.CelConstant;
import dev.cel.common.ast.CelMutableExpr;
import dev.cel.common.ast.CelMutableExpr.CelMutableCall;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The syntax tree of an expression before its types are checked. Literals with a fraction lose their static type here,
 * so that the checker takes {@code state.vip ? 1.5 : 1} and {@code [1, 0.5]} as JSON does: there is one type of
 * numbers.
 */
final class ExpressionSyntax {

    private final CelMutableAst ast;
    private final CelSource source;
    private final Set<String> identifiers = new HashSet<>();

    ExpressionSyntax(CelMutableAst ast, CelSource source) {
        this.ast = ast;
        this.source = source;
    }

    /** The text is not a valid expression; the reason is a sentence that names the place. */
    static final class Invalid extends Exception {

        private static final long serialVersionUID = 1L;

        private final String reason;

        Invalid(String reason) {
            super(reason, null, false, false);
            this.reason = reason;
        }

        String reason() {
            return reason;
        }
    }

    /** A node and its nesting depth. */
    private record Nested(CelMutableExpr node, int depth) {}

    /**
     * The tree for the type checker.
     *
     * @throws Invalid if the expression is nested deeper than {@code maxDepth} or uses a type that JSON does not have
     */
    CelAbstractSyntaxTree plain(int maxDepth) throws Invalid {
        List<CelMutableExpr> fractions = new ArrayList<>();
        Deque<Nested> open = new ArrayDeque<>();
        open.add(new Nested(ast.expr(), 1));
        long lastId = 0;
        while (!open.isEmpty()) {
            Nested nested = open.pop();
            CelMutableExpr node = nested.node();
            lastId = Math.max(lastId, node.id());
            if (nested.depth() > maxDepth) {
                throw refused(node, "the nesting is deeper than " + maxDepth + " levels");
            }
            if (node.getKind() == dev.cel.common.ast.CelExpr.ExprKind.Kind.CONSTANT) {
                checkConstant(node);
                if (node.constant().getKind() == CelConstant.Kind.DOUBLE_VALUE) {
                    fractions.add(node);
                }
            }
            for (CelMutableExpr child : children(node)) {
                open.push(new Nested(child, nested.depth() + 1));
            }
        }
        for (CelMutableExpr fraction : fractions) {
            lastId++;
            CelMutableExpr literal = CelMutableExpr.ofConstant(lastId, fraction.constant());
            fraction.setCall(CelMutableCall.create("dyn", literal));
        }
        return ast.toParsedAst(true);
    }

    /** Whether {@link #plain} found an identifier of this name. */
    boolean mentions(String identifier) {
        return identifiers.contains(identifier);
    }

    private List<CelMutableExpr> children(CelMutableExpr node) throws Invalid {
        List<CelMutableExpr> children = new ArrayList<>();
        switch (node.getKind()) {
            case IDENT -> identifiers.add(node.ident().name());
            case SELECT -> children.add(node.select().operand());
            case CALL -> {
                node.call().target().ifPresent(children::add);
                children.addAll(node.call().args());
            }
            case LIST -> children.addAll(node.list().elements());
            case MAP ->
                node.map().entries().forEach(entry -> {
                    children.add(entry.key());
                    children.add(entry.value());
                });
            case COMPREHENSION -> {
                children.add(node.comprehension().iterRange());
                children.add(node.comprehension().accuInit());
                children.add(node.comprehension().loopCondition());
                children.add(node.comprehension().loopStep());
                children.add(node.comprehension().result());
            }
            case STRUCT -> throw refused(node, "JSON has no " + node.struct().messageName() + "; write a map");
            case CONSTANT, NOT_SET -> {
                // These have no children.
            }
        }
        return children;
    }

    private void checkConstant(CelMutableExpr node) throws Invalid {
        switch (node.constant().getKind()) {
            case BYTES_VALUE -> throw refused(node, "JSON has no bytes; write a string");
            case UINT64_VALUE -> throw refused(node, "JSON has no unsigned integers; leave out the u");
            default -> {
                // JSON has these.
            }
        }
    }

    private Invalid refused(CelMutableExpr node, String reason) {
        Integer offset = source.getPositionsMap().get(node.id());
        String at = offset == null
                ? ""
                : source.getOffsetLocation(offset)
                        .map(place -> " at " + place.getLine() + ":" + (place.getColumn() + 1))
                        .orElse("");
        return new Invalid("The expression is not valid" + at + ": " + reason + ".");
    }
}
