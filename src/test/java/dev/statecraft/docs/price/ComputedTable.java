package dev.statecraft.docs.price;

import java.util.Collections;

/** A table of a Markdown page. */
final class ComputedTable {

    private final StringBuilder text = new StringBuilder();

    ComputedTable(String... titles) {
        row(titles);
        text.append('|')
                .append(String.join("|", Collections.nCopies(titles.length, "---")))
                .append("|\n");
    }

    void row(String... cells) {
        text.append("| ").append(String.join(" | ", cells)).append(" |\n");
    }

    @Override
    public String toString() {
        return text.toString();
    }
}
