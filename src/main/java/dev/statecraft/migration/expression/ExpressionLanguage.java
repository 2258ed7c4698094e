package dev.statecraft.migration.expression;

import com.google.common.collect.ImmutableList;
import dev.cel.checker.CelChecker;
import dev.cel.checker.CelStandardDeclarations;
import dev.cel.checker.CelStandardDeclarations.StandardFunction;
import dev.cel.checker.CelStandardDeclarations.StandardIdentifier;
import dev.cel.common.CelAbstractSyntaxTree;
import dev.cel.common.CelIssue;
import dev.cel.common.CelMutableAst;
import dev.cel.common.CelOptions;
import dev.cel.common.CelSourceLocation;
import dev.cel.common.CelValidationException;
import dev.cel.common.CelVarDecl;
import dev.cel.common.types.CelKind;
import dev.cel.common.types.CelType;
import dev.cel.common.types.MapType;
import dev.cel.common.types.SimpleType;
import dev.cel.compiler.CelCompilerFactory;
import dev.cel.extensions.CelExtensions;
import dev.cel.parser.CelParser;
import dev.cel.parser.CelParserFactory;
import dev.cel.parser.CelStandardMacro;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * The parser and the type checkers of expressions, built when the first expression is compiled: that takes a cold JVM
 * about half a second.
 */
final class ExpressionLanguage {

    /** Maximum depth of the parser, which prevents a stack overflow; the configured depth is at most this. */
    static final int PARSER_DEPTH = 250;

    /** Maximum number of nodes after macro expansion; no expression of the maximum length needs more. */
    private static final int MAX_NODES = 20_000;

    /** Maximum length of the text, regardless of the configuration. */
    private static final int MAX_CODE_POINTS = 100_000;

    /** The parser stops after a few errors, because only the first one is reported. */
    private static final int ERROR_RECOVERIES = 3;

    private static final CelOptions OPTIONS = CelOptions.current()
            .maxExpressionCodePointSize(MAX_CODE_POINTS)
            .maxParseRecursionDepth(PARSER_DEPTH)
            .maxParseExpressionNodeCount(MAX_NODES)
            .maxParseErrorRecoveryLimit(ERROR_RECOVERIES)
            .enableHiddenAccumulatorVar(true)
            .enableOptionalSyntax(true)
            .resolveTypeDependencies(false)
            .build();

    private static final MapType OBJECT = MapType.create(SimpleType.STRING, SimpleType.DYN);

    private final CelParser parser;
    private final Map<ExpressionUse, CelChecker> checkers = new EnumMap<>(ExpressionUse.class);

    /** Initialized on first use. */
    private static final class Built {
        private static final ExpressionLanguage LANGUAGE = new ExpressionLanguage();
    }

    private ExpressionLanguage() {
        parser = CelParserFactory.standardCelParserBuilder()
                .setOptions(OPTIONS)
                .setStandardMacros(CelStandardMacro.STANDARD_MACROS)
                .addLibraries(CelExtensions.optional(), CelExtensions.math(), CelExtensions.comprehensions())
                .build();
        for (ExpressionUse use : ExpressionUse.values()) {
            checkers.put(use, checker(use));
        }
    }

    private static CelChecker checker(ExpressionUse use) {
        ImmutableList.Builder<CelVarDecl> variables = ImmutableList.builder();
        variables.add(CelVarDecl.newVarDeclaration("state", OBJECT), CelVarDecl.newVarDeclaration("entity", OBJECT));
        if (use == ExpressionUse.RULE) {
            variables.add(CelVarDecl.newVarDeclaration("before", OBJECT));
        }
        return CelCompilerFactory.standardCelCheckerBuilder()
                .setOptions(OPTIONS)
                .setStandardEnvironmentEnabled(false)
                .setStandardDeclarations(CelStandardDeclarations.newBuilder()
                        .includeFunctions(
                                StandardFunction.IN,
                                StandardFunction.NOT_STRICTLY_FALSE,
                                StandardFunction.TYPE,
                                StandardFunction.CONDITIONAL,
                                StandardFunction.LOGICAL_NOT,
                                StandardFunction.LOGICAL_AND,
                                StandardFunction.LOGICAL_OR,
                                StandardFunction.EQUALS,
                                StandardFunction.NOT_EQUALS,
                                StandardFunction.INDEX,
                                StandardFunction.DYN)
                        .includeIdentifiers(
                                StandardIdentifier.INT,
                                StandardIdentifier.DOUBLE,
                                StandardIdentifier.BOOL,
                                StandardIdentifier.STRING,
                                StandardIdentifier.LIST,
                                StandardIdentifier.MAP,
                                StandardIdentifier.NULL_TYPE,
                                StandardIdentifier.TYPE)
                        .build())
                .addLibraries(CelExtensions.optional(), CelExtensions.comprehensions())
                .addFunctionDeclarations(ExpressionDeclarations.all())
                .addVarDeclarations(variables.build())
                .build();
    }

    /**
     * Parses and checks a text.
     *
     * @throws ExpressionSyntax.Invalid if the text is not a valid expression for this use
     */
    static ExpressionProgram compile(String text, ExpressionUse use, int maxDepth) throws ExpressionSyntax.Invalid {
        return Built.LANGUAGE.program(text, use, maxDepth);
    }

    private ExpressionProgram program(String text, ExpressionUse use, int maxDepth) throws ExpressionSyntax.Invalid {
        try {
            CelAbstractSyntaxTree parsed = parser.parse(text).getAst();
            ExpressionSyntax syntax = new ExpressionSyntax(CelMutableAst.fromCelAst(parsed), parsed.getSource());
            CelAbstractSyntaxTree checked = Objects.requireNonNull(checkers.get(use))
                    .check(syntax.plain(Math.min(maxDepth, PARSER_DEPTH)))
                    .getAst();
            if (!gives(use).contains(checked.getResultType().kind())) {
                throw new ExpressionSyntax.Invalid("The expression gives " + described(checked.getResultType())
                        + " where " + use.result() + " is needed.");
            }
            return new ExpressionProgram(checked, syntax.mentions("before"));
        } catch (CelValidationException e) {
            throw new ExpressionSyntax.Invalid(sentence(e));
        }
    }

    /** The accepted static types of the result. An optional value is unwrapped. */
    private static Set<CelKind> gives(ExpressionUse use) {
        Set<CelKind> kinds =
                switch (use) {
                    case TRANSFORMATION -> EnumSet.of(CelKind.MAP);
                    case RULE -> EnumSet.of(CelKind.BOOL);
                    case INVARIANT -> EnumSet.of(CelKind.INT, CelKind.OPAQUE);
                    case COMPUTATION ->
                        EnumSet.of(
                                CelKind.BOOL,
                                CelKind.INT,
                                CelKind.STRING,
                                CelKind.NULL_TYPE,
                                CelKind.LIST,
                                CelKind.MAP,
                                CelKind.OPAQUE);
                };
        kinds.addAll(EnumSet.of(CelKind.DYN, CelKind.ANY, CelKind.TYPE_PARAM));
        return kinds;
    }

    private static String described(CelType type) {
        return switch (type.kind()) {
            case BOOL -> "a bool";
            case INT -> "an int";
            case STRING -> "a string";
            case LIST -> "a list";
            case MAP -> "a map";
            case NULL_TYPE -> "null";
            case OPAQUE -> "an optional value";
            default -> "a " + type.name();
        };
    }

    private static String sentence(CelValidationException e) {
        CelIssue issue = e.getErrors().get(0);
        String message = issue.getMessage().replace(" (in container '')", "").strip();
        CelSourceLocation place = issue.getSourceLocation();
        String at = place.getLine() > 0 && place.getColumn() >= 0
                ? " at " + place.getLine() + ":" + (place.getColumn() + 1)
                : "";
        return "The expression is not valid" + at + ": " + message + (message.endsWith(".") ? "" : ".");
    }
}
