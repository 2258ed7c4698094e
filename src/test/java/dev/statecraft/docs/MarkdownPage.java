package dev.statecraft.docs;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A Markdown file of the project: its code blocks, anchors and links.
 *
 * @param path from the root of the project
 */
record MarkdownPage(Path path, List<String> lines, List<CodeBlock> blocks) {

    static final Path GUIDES = Path.of("src", "site", "markdown");

    private static final Pattern LINK = Pattern.compile("!?\\[[^\\]]*\\]\\(([^)\\s]+)\\)");

    private static final Pattern LINK_TEXT = Pattern.compile("\\[([^\\]]*)\\]\\([^)]*\\)");

    private static final Pattern INLINE_CODE = Pattern.compile("`[^`]*`");

    /**
     * A fenced code block.
     *
     * @param language the first word after the fence; empty if there is none
     * @param qualifier the other words after the fence
     * @param line the line of the fence, counted from 1
     * @param followsBlock whether only blank lines separate the block from the block before it
     */
    record CodeBlock(String language, String qualifier, String text, int line, boolean followsBlock) {

        boolean is(String expected) {
            return language.equals(expected);
        }

        /** Whether the block is a shell script that runs against the application. */
        boolean isScript() {
            return is("sh") && qualifier.isEmpty();
        }
    }

    /**
     * A link to a file or an anchor.
     *
     * @param line the line of the link, counted from 1
     */
    record Link(String target, int line) {}

    /** All pages: README.md, infra/README.md and the guides. */
    static List<MarkdownPage> all() {
        try (Stream<Path> guides = Files.isDirectory(GUIDES) ? Files.walk(GUIDES) : Stream.empty()) {
            return Stream.concat(Stream.of(Path.of("README.md"), Path.of("infra", "README.md")), guides.sorted())
                    .filter(path -> path.toString().endsWith(".md"))
                    .map(MarkdownPage::read)
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static MarkdownPage read(Path path) {
        try {
            return parse(path, Files.readAllLines(path, StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static MarkdownPage parse(Path path, List<String> lines) {
        List<CodeBlock> blocks = new ArrayList<>();
        boolean follows = false;
        for (int at = 0; at < lines.size(); at++) {
            String line = lines.get(at);
            String fence = line.strip();
            if (fence.startsWith("```")) {
                int end = at + 1;
                while (end < lines.size() && !lines.get(end).strip().equals("```")) {
                    end++;
                }
                String info = fence.substring(3).strip();
                int space = info.indexOf(' ');
                int indent = line.indexOf('`');
                String text = String.join(
                        "\n",
                        lines.subList(at + 1, end).stream()
                                .map(each -> each.substring(Math.min(indent, each.length())))
                                .toList());
                blocks.add(new CodeBlock(
                        space < 0 ? info : info.substring(0, space),
                        space < 0 ? "" : info.substring(space + 1),
                        text,
                        at + 1,
                        follows));
                at = end;
                follows = true;
            } else if (!line.isBlank()) {
                follows = false;
            }
        }
        return new MarkdownPage(path, lines, List.copyOf(blocks));
    }

    /** The block directly after a block, if its language is one of an answer. */
    List<CodeBlock> answerOf(CodeBlock block) {
        int next = blocks.indexOf(block) + 1;
        if (next < blocks.size()
                && blocks.get(next).followsBlock()
                && blocks.get(next).qualifier().isEmpty()
                && (blocks.get(next).is("json") || blocks.get(next).is("text"))) {
            return List.of(blocks.get(next));
        }
        return List.of();
    }

    /** Whether the block shows the answer of the script before it. */
    boolean isAnswer(CodeBlock block) {
        int at = blocks.indexOf(block);
        return at > 0
                && blocks.get(at - 1).isScript()
                && answerOf(blocks.get(at - 1)).contains(block);
    }

    /** The lines outside code blocks; lines of code blocks are empty. */
    List<String> prose() {
        List<String> prose = new ArrayList<>();
        boolean code = false;
        for (String line : lines) {
            boolean fence = line.strip().startsWith("```");
            prose.add(code || fence ? "" : line);
            code ^= fence;
        }
        return prose;
    }

    /** The anchors of the headings, by GitHub's rule: lower case, without punctuation, hyphens for spaces, numbered. */
    List<String> anchors() {
        List<String> anchors = new ArrayList<>();
        Map<String, Integer> seen = new HashMap<>();
        for (String line : prose()) {
            if (line.startsWith("#")) {
                String title = line.substring(line.indexOf(' ') + 1).strip();
                String slug = LINK_TEXT
                        .matcher(title)
                        .replaceAll("$1")
                        .toLowerCase(Locale.ROOT)
                        .replaceAll("[^\\p{L}\\p{N} _-]", "")
                        .replace(' ', '-');
                int before = seen.merge(slug, 1, Integer::sum) - 1;
                anchors.add(before == 0 ? slug : slug + "-" + before);
            }
        }
        return anchors;
    }

    List<Link> links() {
        List<Link> links = new ArrayList<>();
        List<String> prose = prose();
        for (int at = 0; at < prose.size(); at++) {
            int line = at + 1;
            LINK.matcher(INLINE_CODE.matcher(prose.get(at)).replaceAll("code"))
                    .results()
                    .forEach(found -> links.add(new Link(found.group(1), line)));
        }
        return links;
    }

    @Override
    public String toString() {
        return path.toString();
    }
}
