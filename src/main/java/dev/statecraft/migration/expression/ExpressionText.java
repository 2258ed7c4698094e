package dev.statecraft.migration.expression;

import dev.statecraft.replication.guard.TextPattern;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** String functions. Positions count code points, so no function splits a surrogate pair. */
final class ExpressionText {

    private final ExpressionMeter meter;

    ExpressionText(ExpressionMeter meter) {
        this.meter = meter;
    }

    /** Compares two texts by code points. */
    static int compare(String first, String second) {
        int length = Math.min(first.length(), second.length());
        for (int i = 0; i < length; i++) {
            char a = first.charAt(i);
            char b = second.charAt(i);
            if (a != b) {
                // Surrogates represent code points above all other characters.
                return Character.isSurrogate(a) == Character.isSurrogate(b)
                        ? Character.compare(a, b)
                        : Character.isSurrogate(a) ? 1 : -1;
            }
        }
        return Integer.compare(first.length(), second.length());
    }

    Object apply(String function, List<Object> arguments) throws ExpressionFailure {
        if (function.equals("join")) {
            return joined(arguments);
        }
        if (arguments.isEmpty() || !(arguments.get(0) instanceof String text)) {
            throw ExpressionType.mismatch(function, arguments);
        }
        meter.chargeText(text.length());
        return switch (function) {
            case "lowerAscii" -> ascii(text, 'A', 'Z', 'a' - 'A');
            case "upperAscii" -> ascii(text, 'a', 'z', 'A' - 'a');
            case "trim" -> trimmed(text);
            case "reverse" -> new StringBuilder(text).reverse().toString();
            case "strings.quote" -> quoted(text);
            case "contains" -> find(text, string(function, arguments, 1), 0) >= 0;
            case "startsWith" -> text.startsWith(string(function, arguments, 1));
            case "endsWith" -> text.endsWith(string(function, arguments, 1));
            case "matches" -> matches(text, string(function, arguments, 1));
            case "charAt" -> charAt(text, integer(function, arguments, 1));
            case "substring" -> substring(text, arguments);
            case "indexOf" -> indexOf(text, arguments);
            case "lastIndexOf" -> lastIndexOf(text, arguments);
            case "replace" -> replaced(text, arguments);
            case "split" -> split(text, arguments);
            default -> throw ExpressionType.mismatch(function, arguments);
        };
    }

    private static String string(String function, List<Object> arguments, int index) throws ExpressionFailure {
        if (index < arguments.size() && arguments.get(index) instanceof String text) {
            return text;
        }
        throw ExpressionType.mismatch(function, arguments);
    }

    private static long integer(String function, List<Object> arguments, int index) throws ExpressionFailure {
        if (index < arguments.size() && ExpressionNumbers.isWhole(arguments.get(index))) {
            return ((Number) arguments.get(index)).longValue();
        }
        throw ExpressionType.mismatch(function, arguments);
    }

    private static String ascii(String text, char from, char to, int distance) {
        StringBuilder changed = new StringBuilder(text);
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c >= from && c <= to) {
                changed.setCharAt(i, (char) (c + distance));
            }
        }
        return changed.toString();
    }

    /** Removes Unicode white space at both ends. */
    private static String trimmed(String text) {
        int start = 0;
        int end = text.length();
        while (start < end && isSpace(text.charAt(start))) {
            start++;
        }
        while (end > start && isSpace(text.charAt(end - 1))) {
            end--;
        }
        return text.substring(start, end);
    }

    private static boolean isSpace(char c) {
        return Character.isWhitespace(c) || Character.isSpaceChar(c) || c == '\u0085';
    }

    private String quoted(String text) {
        meter.expectText(2L * text.length() + 2);
        StringBuilder quoted = new StringBuilder("\"");
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case 0x07 -> quoted.append("\\a");
                case '\b' -> quoted.append("\\b");
                case '\f' -> quoted.append("\\f");
                case '\n' -> quoted.append("\\n");
                case '\r' -> quoted.append("\\r");
                case '\t' -> quoted.append("\\t");
                case 0x0b -> quoted.append("\\v");
                case '\\' -> quoted.append("\\\\");
                case '"' -> quoted.append("\\\"");
                default -> quoted.append(c);
            }
        }
        return quoted.append('"').toString();
    }

    private boolean matches(String text, String pattern) throws ExpressionFailure {
        Optional<String> exceeded = TextPattern.exceeded(pattern);
        if (exceeded.isPresent()) {
            throw new ExpressionFailure(exceeded.get());
        }
        long repetitions = TextPattern.repetitions(pattern);
        meter.charge((1L + pattern.length()) * repetitions);
        meter.chargeText((1L + text.length()) * (1L + pattern.length()) * repetitions);
        TextPattern.Compilation compilation = TextPattern.compile(pattern);
        if (compilation instanceof TextPattern.Invalid invalid) {
            throw new ExpressionFailure(invalid.reason());
        }
        return ((TextPattern.Compiled) compilation).pattern().isIn(text);
    }

    /** The index of a code point in the text's characters; the text's length for the one behind the last. */
    private static int offset(String text, long point) throws ExpressionFailure {
        if (point < 0 || point > text.length() || point > text.codePointCount(0, text.length())) {
            throw new ExpressionFailure(
                    "there is no character " + point + " in a text of " + text.codePointCount(0, text.length()));
        }
        return text.offsetByCodePoints(0, (int) point);
    }

    private static String charAt(String text, long point) throws ExpressionFailure {
        int at = offset(text, point);
        return at == text.length() ? "" : Character.toString(text.codePointAt(at));
    }

    private static String substring(String text, List<Object> arguments) throws ExpressionFailure {
        int from = offset(text, integer("substring", arguments, 1));
        int to = arguments.size() > 2 ? offset(text, integer("substring", arguments, 2)) : text.length();
        if (from > to) {
            throw new ExpressionFailure("the end of a substring is before its start");
        }
        return text.substring(from, to);
    }

    private Object indexOf(String text, List<Object> arguments) throws ExpressionFailure {
        String part = string("indexOf", arguments, 1);
        int from = arguments.size() > 2 ? offset(text, integer("indexOf", arguments, 2)) : 0;
        int at = find(text, part, from);
        return at < 0 ? -1L : (long) text.codePointCount(0, at);
    }

    private Object lastIndexOf(String text, List<Object> arguments) throws ExpressionFailure {
        String part = string("lastIndexOf", arguments, 1);
        int from = arguments.size() > 2 ? offset(text, integer("lastIndexOf", arguments, 2)) : text.length();
        String end = text.substring(0, Math.min(text.length(), from + part.length()));
        int at = find(reversed(end), reversed(part), 0);
        return at < 0 ? -1L : (long) text.codePointCount(0, end.length() - at - part.length());
    }

    /** Reverses the chars of a text; surrogate pairs are not kept together. */
    private static String reversed(String text) {
        char[] reversed = new char[text.length()];
        for (int i = 0; i < reversed.length; i++) {
            reversed[i] = text.charAt(reversed.length - 1 - i);
        }
        return new String(reversed);
    }

    /** Index of a part, -1 if absent; Knuth-Morris-Pratt, linear time for any texts. */
    private int find(String text, String part, int from) {
        meter.chargeText((long) text.length() - from + part.length());
        if (part.isEmpty()) {
            return from;
        }
        if (part.length() > text.length() - from) {
            return -1;
        }
        int[] borders = borders(part);
        int matched = 0;
        for (int i = from; i < text.length(); i++) {
            while (matched > 0 && text.charAt(i) != part.charAt(matched)) {
                matched = borders[matched - 1];
            }
            if (text.charAt(i) == part.charAt(matched)) {
                matched++;
            }
            if (matched == part.length()) {
                return i - matched + 1;
            }
        }
        return -1;
    }

    /** The failure function of Knuth-Morris-Pratt: for each prefix the length of its longest proper border. */
    private static int[] borders(String part) {
        int[] borders = new int[part.length()];
        int border = 0;
        for (int i = 1; i < part.length(); i++) {
            while (border > 0 && part.charAt(i) != part.charAt(border)) {
                border = borders[border - 1];
            }
            if (part.charAt(i) == part.charAt(border)) {
                border++;
            }
            borders[i] = border;
        }
        return borders;
    }

    /** Indexes of a part from left to right, without overlaps; an empty part matches around every code point. */
    private List<Integer> places(String text, String part, long limit) {
        List<Integer> places = new ArrayList<>();
        if (part.isEmpty()) {
            for (int i = 0; i <= text.length() && places.size() < limit; i += i < text.length() ? width(text, i) : 1) {
                meter.charge(1);
                places.add(i);
            }
            return places;
        }
        int[] borders = borders(part);
        meter.chargeText((long) text.length() + part.length());
        int matched = 0;
        for (int i = 0; i < text.length() && places.size() < limit; i++) {
            while (matched > 0 && text.charAt(i) != part.charAt(matched)) {
                matched = borders[matched - 1];
            }
            if (text.charAt(i) == part.charAt(matched)) {
                matched++;
            }
            if (matched == part.length()) {
                meter.charge(1);
                places.add(i - matched + 1);
                matched = 0;
            }
        }
        return places;
    }

    private static int width(String text, int at) {
        return Character.charCount(text.codePointAt(at));
    }

    private String replaced(String text, List<Object> arguments) throws ExpressionFailure {
        String part = string("replace", arguments, 1);
        String by = string("replace", arguments, 2);
        long limit = arguments.size() > 3 ? integer("replace", arguments, 3) : -1;
        List<Integer> places = places(text, part, limit < 0 ? Long.MAX_VALUE : limit);
        meter.expectText(text.length() + (long) places.size() * (by.length() - part.length()));
        StringBuilder replaced = new StringBuilder();
        int done = 0;
        for (int place : places) {
            replaced.append(text, done, place).append(by);
            done = place + part.length();
        }
        return replaced.append(text, done, text.length()).toString();
    }

    private List<Object> split(String text, List<Object> arguments) throws ExpressionFailure {
        String separator = string("split", arguments, 1);
        long limit = arguments.size() > 2 ? integer("split", arguments, 2) : -1;
        List<Object> parts = new ArrayList<>();
        if (limit == 0) {
            return parts;
        }
        int done = 0;
        for (int place : places(text, separator, limit < 0 ? Long.MAX_VALUE : limit)) {
            boolean edge = separator.isEmpty() && (place == 0 || place == text.length());
            if (!edge && (limit < 0 || parts.size() < limit - 1)) {
                parts.add(text.substring(done, place));
                done = place + separator.length();
            }
        }
        if (!(separator.isEmpty() && text.isEmpty())) {
            parts.add(text.substring(done));
        }
        return meter.made(parts);
    }

    private String joined(List<Object> arguments) throws ExpressionFailure {
        if (!(arguments.get(0) instanceof List<?> parts)) {
            throw ExpressionType.mismatch("join", arguments);
        }
        String separator = arguments.size() > 1 ? string("join", arguments, 1) : "";
        meter.charge(parts.size());
        long length = (long) separator.length() * Math.max(0, parts.size() - 1);
        List<String> texts = new ArrayList<>(parts.size());
        for (Object part : parts) {
            if (!(part instanceof String text)) {
                throw ExpressionType.mismatch("join", List.of(part));
            }
            length += text.length();
            texts.add(text);
        }
        meter.expectText(length);
        return String.join(separator, texts);
    }
}
