package dev.statecraft.migration.expression;

import dev.cel.common.CelAbstractSyntaxTree;
import dev.cel.common.ast.CelExpr;

/**
 * A parsed and checked expression.
 *
 * @param ast its syntax tree
 * @param readsBefore whether it reads the state before the migration
 */
record ExpressionProgram(CelAbstractSyntaxTree ast, boolean readsBefore) {

    CelExpr expr() {
        return ast.getExpr();
    }

    /** The position of a node, such as {@code " at 1:14"}; empty if unknown. */
    String place(long node) {
        Integer offset = ast.getSource().getPositionsMap().get(node);
        return offset == null
                ? ""
                : ast.getSource()
                        .getOffsetLocation(offset)
                        .map(place -> " at " + place.getLine() + ":" + (place.getColumn() + 1))
                        .orElse("");
    }
}
