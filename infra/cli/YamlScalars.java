import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.regex.Pattern;

/** Reads the scalars of {@link Yaml} on one line. */
final class YamlScalars {

    private static final Pattern OCTAL = Pattern.compile("0o[0-7]+");
    private static final Pattern HEXADECIMAL = Pattern.compile("0x[0-9a-fA-F]+");
    private static final Pattern DECIMAL = Pattern.compile("[-+]?(\\.[0-9]+|[0-9]+(\\.[0-9]*)?)([eE][-+]?[0-9]+)?");
    private static final Pattern NOT_FINITE = Pattern.compile("[-+]?\\.(inf|Inf|INF)|\\.(nan|NaN|NAN)");
    /** Characters that no plain scalar starts with. */
    static final String INDICATORS = ",[]{}#&*!|>'\"%@`";
    /** Characters that end a plain scalar inside a flow collection. */
    static final String FLOW = ",[]{}";

    private final YamlCursor cursor;

    YamlScalars(YamlCursor cursor) {
        this.cursor = cursor;
    }

    /** The position of the colon that ends a plain key on this line; negative if there is none. */
    int colon() {
        for (int i = cursor.at; i < cursor.text.length() && cursor.text.charAt(i) != '\n'; i++) {
            if (cursor.text.charAt(i) == '#' && i > cursor.at && " \t".indexOf(cursor.text.charAt(i - 1)) >= 0) {
                return -1;
            }
            if (isColon(i)) {
                return i;
            }
        }
        return -1;
    }

    /** Whether a colon at a position ends a key. */
    boolean isColon(int position) {
        return cursor.text.charAt(position) == ':'
                && (position + 1 == cursor.text.length() || " \t\n".indexOf(cursor.text.charAt(position + 1)) >= 0);
    }

    /** Rejects a plain scalar that cannot start with the next character. */
    void checkStart() {
        char first = cursor.peek();
        if (first == '&' || first == '*') {
            throw cursor.malformed("anchors and aliases are not supported; quote a text that starts with " + first);
        }
        if (first == '!') {
            throw cursor.malformed("tags are not supported; quote a text that starts with !");
        }
        if (first == '>') {
            throw cursor.malformed("folded texts are not supported; use | or quotes");
        }
        if (INDICATORS.indexOf(first) >= 0) {
            throw cursor.malformed("a text that starts with " + first + " must be quoted");
        }
        boolean separated =
                cursor.at + 1 == cursor.text.length() || " \t\n".indexOf(cursor.text.charAt(cursor.at + 1)) >= 0;
        if (first == '?' && separated) {
            throw cursor.malformed("complex keys are not supported");
        }
        if ((first == '-' || first == ':') && separated) {
            throw cursor.malformed("unexpected " + first);
        }
    }

    /** Reads a plain scalar. */
    String plain(boolean inFlow) {
        int start = cursor.at;
        while (cursor.at < cursor.text.length() && cursor.peek() != '\n') {
            char c = cursor.peek();
            if (c == '#' && " \t".indexOf(cursor.text.charAt(cursor.at - 1)) >= 0 && cursor.at > start) {
                break;
            }
            if (c == ':'
                    && (isColon(cursor.at)
                            || (inFlow
                                    && cursor.at + 1 < cursor.text.length()
                                    && FLOW.indexOf(cursor.text.charAt(cursor.at + 1)) >= 0))) {
                break;
            }
            if (inFlow && FLOW.indexOf(c) >= 0) {
                break;
            }
            cursor.at++;
        }
        String plain = cursor.text.substring(start, cursor.at).stripTrailing();
        cursor.at = start + plain.length();
        return plain;
    }

    /** The value of a plain scalar by the core schema. */
    Object core(String plain) {
        switch (plain) {
            case "", "~", "null", "Null", "NULL":
                return null;
            case "true", "True", "TRUE":
                return Boolean.TRUE;
            case "false", "False", "FALSE":
                return Boolean.FALSE;
            default:
                break;
        }
        if (OCTAL.matcher(plain).matches()) {
            return new BigDecimal(new BigInteger(plain.substring(2), 8));
        }
        if (HEXADECIMAL.matcher(plain).matches()) {
            return new BigDecimal(new BigInteger(plain.substring(2), 16));
        }
        if (NOT_FINITE.matcher(plain).matches()) {
            throw cursor.malformed("JSON has no number " + plain + "; quote it if it is a text");
        }
        if (DECIMAL.matcher(plain).matches()) {
            try {
                return new BigDecimal(plain);
            } catch (NumberFormatException e) {
                throw cursor.malformed("the number " + plain + " is out of range");
            }
        }
        return plain;
    }

    /** Reads a quoted scalar. */
    String quoted() {
        char quote = cursor.peek();
        StringBuilder value = new StringBuilder();
        for (cursor.at++; ; cursor.at++) {
            if (cursor.at == cursor.text.length() || cursor.peek() == '\n') {
                throw cursor.malformed("the quote is not closed on its line");
            }
            char c = cursor.peek();
            if (c == quote
                    && quote == '\''
                    && cursor.at + 1 < cursor.text.length()
                    && cursor.text.charAt(cursor.at + 1) == '\'') {
                value.append('\'');
                cursor.at++;
            } else if (c == quote) {
                cursor.at++;
                return value.toString();
            } else if (c == '\\' && quote == '"') {
                cursor.at++;
                escape(value);
            } else {
                value.append(c);
            }
        }
    }

    private void escape(StringBuilder value) {
        char c = cursor.at < cursor.text.length() ? cursor.peek() : '\n';
        String simple = "0\0a\u0007b\bt\tn\nv\u000Bf\fr\re\u001B \u0020\"\"//\\\\N\u0085_\u00A0L\u2028P\u2029";
        for (int i = 0; i < simple.length(); i += 2) {
            if (simple.charAt(i) == c) {
                value.append(simple.charAt(i + 1));
                return;
            }
        }
        int digits = c == 'x' ? 2 : c == 'u' ? 4 : c == 'U' ? 8 : 0;
        String hex = cursor.text.substring(cursor.at, Math.min(cursor.text.length(), cursor.at + digits + 1));
        if (digits == 0 || !hex.matches(".[0-9a-fA-F]{" + digits + "}")) {
            throw cursor.malformed("the escape \\" + (c == '\n' ? "" : c) + " is not valid");
        }
        long code = Long.parseLong(hex.substring(1), 16);
        if (code > Character.MAX_CODE_POINT) {
            throw cursor.malformed("the escape \\" + hex + " is not a character");
        }
        value.appendCodePoint((int) code);
        cursor.at += digits;
    }
}
