package dev.statecraft.docs;

import java.util.ArrayList;
import java.util.List;

/** A table in Markdown. */
final class MarkdownTable {

    private final List<String> lines = new ArrayList<>();
    private final int columns;

    MarkdownTable(String... headings) {
        columns = headings.length;
        row(headings);
        lines.add("|" + " --- |".repeat(columns));
    }

    /** Adds a row. Cells must not contain line breaks. */
    MarkdownTable row(String... cells) {
        if (cells.length != columns) {
            throw new IllegalArgumentException(List.of(cells) + " are not " + columns + " cells");
        }
        StringBuilder line = new StringBuilder("|");
        for (String cell : cells) {
            line.append(' ').append(cell.replace("|", "\\|").strip()).append(" |");
        }
        lines.add(line.toString());
        return this;
    }

    boolean isEmpty() {
        return lines.size() == 2;
    }

    @Override
    public String toString() {
        return String.join("\n", lines) + "\n";
    }

    /** Text as code in Markdown; empty text stays empty. */
    static String code(String text) {
        return text.isEmpty() ? "" : "`" + text + "`";
    }
}
