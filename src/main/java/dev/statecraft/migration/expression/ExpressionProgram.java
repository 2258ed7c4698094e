package dev.statecraft.migration.expression;

import dev.cel.common.CelAbstractSyntaxTree;
import dev.cel.common.ast.CelExpr;

/**
 * A parsed and checked expression.
 *
 * @param ast its syntax tree
 * @param readsBefore whether it mentions the state before the migration
 */
record ExpressionProgram(CelAbstractSyntaxTree ast, boolean readsBefore) {

    CelExpr expr() {
        return ast.getExpr();
    }

    /** Where a node stands, such as {@code " at 1:14"}; empty if that is not known. */
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
