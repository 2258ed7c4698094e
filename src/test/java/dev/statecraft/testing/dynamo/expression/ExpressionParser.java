package dev.statecraft.testing.dynamo.expression;

import dev.statecraft.testing.dynamo.expression.Tokens.Kind;
import dev.statecraft.testing.dynamo.expression.Tokens.Token;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** Parses DynamoDB's expressions by recursive descent. */
final class ExpressionParser {

    private static final Set<String> COMPARISONS = Set.of("=", "<>", "<", "<=", ">", ">=");

    private final Tokens tokens;
    private final Set<String> names = new HashSet<>();
    private final Set<String> values = new HashSet<>();
    private final Set<String> attributes = new HashSet<>();
    private boolean inParentheses;

    ExpressionParser(String parameter, String text) {
        this.tokens = new Tokens(parameter, text);
    }

    Set<String> names() {
        return Set.copyOf(names);
    }

    Set<String> values() {
        return Set.copyOf(values);
    }

    Set<String> attributes() {
        return Set.copyOf(attributes);
    }

    Condition wholeCondition() {
        Condition condition = or();
        requireEnd();
        return condition;
    }

    List<DocumentPath> projection() {
        List<DocumentPath> paths = new ArrayList<>(List.of(path()));
        while (tokens.skip(",")) {
            paths.add(path());
        }
        requireEnd();
        return List.copyOf(paths);
    }

    UpdateProgram update() {
        List<UpdateProgram.Action> actions = new ArrayList<>();
        Set<String> sections = new HashSet<>();
        while (tokens.peek().kind() != Kind.END) {
            if (tokens.peek().kind() != Kind.WORD) {
                throw tokens.unexpected();
            }
            String section = tokens.peek().text().toUpperCase(Locale.ROOT);
            if (!Set.of("SET", "REMOVE", "ADD", "DELETE").contains(section)) {
                throw tokens.unexpected();
            }
            tokens.take();
            if (!sections.add(section)) {
                throw tokens.invalid("The \"" + section + "\" section can only be used once in an update expression;");
            }
            do {
                actions.add(action(section));
            } while (tokens.skip(","));
        }
        return new UpdateProgram(List.copyOf(actions));
    }

    private UpdateProgram.Action action(String section) {
        DocumentPath path = path();
        return switch (section) {
            case "SET" -> {
                tokens.expect("=");
                yield new UpdateProgram.Set(path, sum());
            }
            case "REMOVE" -> new UpdateProgram.Remove(path);
            case "ADD" -> new UpdateProgram.Add(path, literal());
            default -> new UpdateProgram.Delete(path, literal());
        };
    }

    private Operand sum() {
        Operand first = updateOperand();
        boolean minus = tokens.isAt("-");
        if (minus || tokens.isAt("+")) {
            tokens.take();
            return new Operand.Sum(first, minus, updateOperand());
        }
        return first;
    }

    private Operand updateOperand() {
        if (tokens.skip("(")) {
            Operand inner = sum();
            tokens.expect(")");
            return inner;
        }
        if (!tokens.isAtFunction()) {
            return simpleOperand();
        }
        String function = tokens.take().text();
        tokens.expect("(");
        Operand operand;
        switch (function) {
            case "if_not_exists" -> {
                DocumentPath path = path();
                tokens.expect(",");
                operand = new Operand.IfNotExists(path, updateOperand());
            }
            case "list_append" -> {
                Operand first = updateOperand();
                tokens.expect(",");
                operand = new Operand.ListAppend(first, updateOperand());
            }
            default -> throw tokens.invalid("Invalid function name; function: " + function);
        }
        tokens.expect(")");
        return operand;
    }

    private Condition or() {
        Condition condition = and();
        while (tokens.skipWord("OR")) {
            condition = new Condition.Or(condition, and());
            inParentheses = false;
        }
        return condition;
    }

    private Condition and() {
        Condition condition = not();
        while (tokens.skipWord("AND")) {
            condition = new Condition.And(condition, not());
            inParentheses = false;
        }
        return condition;
    }

    private Condition not() {
        if (tokens.skipWord("NOT")) {
            Condition inner = not();
            inParentheses = false;
            return new Condition.Not(inner);
        }
        if (tokens.skip("(")) {
            inParentheses = false;
            Condition inner = or();
            tokens.expect(")");
            if (inParentheses) {
                throw tokens.invalid("The expression has redundant parentheses;");
            }
            inParentheses = true;
            return inner;
        }
        Condition simple = simple();
        inParentheses = false;
        return simple;
    }

    private Condition simple() {
        if (tokens.isAtFunction() && !tokens.isAtWord("size")) {
            return function(tokens.take().text());
        }
        Operand first = operand();
        if (tokens.skipWord("BETWEEN")) {
            Operand low = operand();
            if (!tokens.skipWord("AND")) {
                throw tokens.unexpected();
            }
            return new Condition.Between(first, low, operand());
        }
        if (tokens.skipWord("IN")) {
            tokens.expect("(");
            List<Operand> candidates = new ArrayList<>(List.of(operand()));
            while (tokens.skip(",")) {
                candidates.add(operand());
            }
            tokens.expect(")");
            return new Condition.In(first, List.copyOf(candidates));
        }
        if (tokens.peek().kind() != Kind.SYMBOL
                || !COMPARISONS.contains(tokens.peek().text())) {
            throw tokens.unexpected();
        }
        String operator = tokens.take().text();
        Operand second = operand();
        if (first instanceof Operand.Path && first.equals(second)) {
            throw tokens.invalid("The first operand must be distinct from the remaining operands for this operator or"
                    + " function; operator: " + operator);
        }
        return new Condition.Comparison(operator, first, second);
    }

    private Condition function(String name) {
        tokens.expect("(");
        Condition condition =
                switch (name) {
                    case "attribute_exists" -> new Condition.Exists(path());
                    case "attribute_not_exists" -> new Condition.Not(new Condition.Exists(path()));
                    case "attribute_type" -> {
                        DocumentPath path = path();
                        tokens.expect(",");
                        yield new Condition.HasType(path, operand());
                    }
                    case "begins_with" -> {
                        Operand value = operand();
                        tokens.expect(",");
                        yield new Condition.BeginsWith(value, operand());
                    }
                    case "contains" -> {
                        Operand value = operand();
                        tokens.expect(",");
                        yield new Condition.Contains(value, operand());
                    }
                    default -> throw tokens.invalid("Invalid function name; function: " + name);
                };
        if (tokens.isAt(",")) {
            throw tokens.invalid(
                    "Incorrect number of operands for operator or function; operator or function: " + name);
        }
        tokens.expect(")");
        return condition;
    }

    private Operand operand() {
        if (tokens.isAtFunction() && tokens.skipWord("size")) {
            tokens.expect("(");
            Operand of = simpleOperand();
            tokens.expect(")");
            return new Operand.Size(of);
        }
        return simpleOperand();
    }

    private Operand simpleOperand() {
        return tokens.peek().kind() == Kind.VALUE ? literal() : new Operand.Path(path());
    }

    private Operand.Literal literal() {
        if (tokens.peek().kind() != Kind.VALUE) {
            throw tokens.unexpected();
        }
        String placeholder = tokens.take().text();
        values.add(placeholder);
        return new Operand.Literal(placeholder);
    }

    private DocumentPath path() {
        List<DocumentPath.Step> steps = new ArrayList<>(List.of(name()));
        attributes.add(steps.get(0).name());
        while (tokens.isAt(".") || tokens.isAt("[")) {
            if (tokens.skip(".")) {
                steps.add(name());
            } else {
                tokens.expect("[");
                if (tokens.peek().kind() != Kind.INDEX) {
                    throw tokens.unexpected();
                }
                steps.add(new DocumentPath.Step(null, index(tokens.take().text())));
                tokens.expect("]");
            }
        }
        return new DocumentPath(List.copyOf(steps));
    }

    private int index(String text) {
        try {
            return Integer.parseInt(text);
        } catch (NumberFormatException e) {
            throw tokens.invalid("List index is not within the allowable range; index: [" + text + "]");
        }
    }

    private DocumentPath.Step name() {
        Token token = tokens.peek();
        if (token.kind() == Kind.NAME) {
            names.add(token.text());
        } else if (token.kind() != Kind.WORD) {
            throw tokens.unexpected();
        } else if (ReservedWords.contains(token.text())) {
            throw tokens.invalid("Attribute name is a reserved keyword; reserved keyword: " + token.text());
        }
        tokens.take();
        return new DocumentPath.Step(token.text(), 0);
    }

    private void requireEnd() {
        if (tokens.peek().kind() != Kind.END) {
            throw tokens.unexpected();
        }
    }
}
