package dev.statecraft.testing.dynamo.expression;

import java.util.ArrayList;
import java.util.List;

/** The tokens of an expression, and a position in them. */
final class Tokens {

    /** Kinds of tokens: a word, a placeholder of a name, a placeholder of a value, an index, or a symbol. */
    enum Kind {
        WORD,
        NAME,
        VALUE,
        INDEX,
        SYMBOL,
        END
    }

    record Token(Kind kind, String text, int at) {}

    private final String parameter;
    private final String text;
    private final List<Token> tokens = new ArrayList<>();
    private int next;

    /**
     * @param parameter the name of the request's parameter, for messages
     */
    Tokens(String parameter, String text) {
        this.parameter = parameter;
        this.text = text;
        int at = 0;
        while (at < text.length()) {
            if (Character.isWhitespace(text.charAt(at))) {
                at++;
            } else {
                Token token = tokenAt(at);
                tokens.add(token);
                at += token.text().length();
            }
        }
        if (tokens.isEmpty()) {
            throw invalid("The expression can not be empty;");
        }
        tokens.add(new Token(Kind.END, "<EOF>", text.length()));
    }

    Token peek() {
        return tokens.get(next);
    }

    Token take() {
        Token token = tokens.get(next);
        if (token.kind() != Kind.END) {
            next++;
        }
        return token;
    }

    boolean isAt(String symbol) {
        Token token = tokens.get(next);
        return token.kind() == Kind.SYMBOL && token.text().equals(symbol);
    }

    boolean isAtWord(String word) {
        Token token = tokens.get(next);
        return token.kind() == Kind.WORD && token.text().equalsIgnoreCase(word);
    }

    /** Whether the next token is a function's name with an opening parenthesis. */
    boolean isAtFunction() {
        return peek().kind() == Kind.WORD
                && tokens.get(next + 1).kind() == Kind.SYMBOL
                && tokens.get(next + 1).text().equals("(");
    }

    boolean skip(String symbol) {
        boolean there = isAt(symbol);
        next += there ? 1 : 0;
        return there;
    }

    boolean skipWord(String word) {
        boolean there = isAtWord(word);
        next += there ? 1 : 0;
        return there;
    }

    void expect(String symbol) {
        if (!skip(symbol)) {
            throw unexpected();
        }
    }

    RuntimeException unexpected() {
        Token token = peek();
        int from = next == 0 ? 0 : tokens.get(next - 1).at();
        int to = next + 1 < tokens.size()
                ? tokens.get(next + 1).at() + tokens.get(next + 1).text().length()
                : from;
        String near = text.substring(from, Math.min(text.length(), Math.max(from, to)));
        return invalid("Syntax error; token: \"" + token.text() + "\", near: \"" + near + "\"");
    }

    RuntimeException invalid(String message) {
        return DynamoErrors.invalid("Invalid " + parameter + ": " + message);
    }

    private Token tokenAt(int at) {
        char c = text.charAt(at);
        if (c == '#' || c == ':') {
            int end = wordEnd(at + 1);
            if (end == at + 1) {
                throw invalid("Syntax error; token: \"" + c + "\", near: \"" + text.substring(at) + "\"");
            }
            return new Token(c == '#' ? Kind.NAME : Kind.VALUE, text.substring(at, end), at);
        }
        if (c >= '0' && c <= '9') {
            return new Token(Kind.INDEX, text.substring(at, wordEnd(at)), at);
        }
        int end = wordEnd(at);
        if (end > at) {
            return new Token(Kind.WORD, text.substring(at, end), at);
        }
        if (text.startsWith("<>", at) || text.startsWith("<=", at) || text.startsWith(">=", at)) {
            return new Token(Kind.SYMBOL, text.substring(at, at + 2), at);
        }
        if ("()[].,=<>+-".indexOf(c) < 0) {
            throw invalid("Syntax error; token: \"" + c + "\", near: \"" + text.substring(at) + "\"");
        }
        return new Token(Kind.SYMBOL, String.valueOf(c), at);
    }

    private int wordEnd(int from) {
        int end = from;
        while (end < text.length() && isWordCharacter(text.charAt(end))) {
            end++;
        }
        return end;
    }

    private static boolean isWordCharacter(char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
    }
}
