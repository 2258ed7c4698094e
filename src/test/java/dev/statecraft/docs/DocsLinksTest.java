package dev.statecraft.docs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The links of all Markdown files lead to files and headings that exist, and every page can be reached. */
class DocsLinksTest {

    private static final Path INDEX = MarkdownPage.GUIDES.resolve("index.md");

    private static final List<MarkdownPage> PAGES = MarkdownPage.all();

    @Test
    void linksLeadToFilesOfTheProject() {
        List<String> broken = new ArrayList<>();
        for (MarkdownPage page : PAGES) {
            for (MarkdownPage.Link link : page.links()) {
                if (!isExternal(link) && !Files.exists(targetOf(page, link))) {
                    broken.add(page + ":" + link.line() + " " + link.target());
                }
            }
        }
        assertEquals("", String.join("\n", broken));
    }

    @Test
    void anchorsLeadToHeadings() {
        List<String> broken = new ArrayList<>();
        for (MarkdownPage page : PAGES) {
            for (MarkdownPage.Link link : page.links()) {
                int hash = link.target().indexOf('#');
                Path target = targetOf(page, link);
                if (!isExternal(link)
                        && hash >= 0
                        && target.toString().endsWith(".md")
                        && Files.exists(target)
                        && !MarkdownPage.read(target)
                                .anchors()
                                .contains(link.target().substring(hash + 1))) {
                    broken.add(page + ":" + link.line() + " " + link.target());
                }
            }
        }
        assertEquals("", String.join("\n", broken));
    }

    @Test
    void externalLinksUseHttps() {
        List<String> plain = PAGES.stream()
                .flatMap(page -> page.links().stream()
                        .filter(link -> link.target().startsWith("http:")
                                && !link.target().startsWith("http://localhost"))
                        .map(link -> page + ":" + link.line() + " " + link.target()))
                .toList();
        assertEquals(List.of(), plain);
    }

    @Test
    void everyPageIsReachedFromTheReadmeAndFromTheIndex() {
        Set<Path> pages = new HashSet<>();
        PAGES.forEach(page -> pages.add(page.path()));
        for (Path start : List.of(Path.of("README.md"), INDEX)) {
            Set<Path> reached = new HashSet<>(Set.of(start));
            List<Path> open = new ArrayList<>(List.of(start));
            while (!open.isEmpty()) {
                MarkdownPage page = MarkdownPage.read(open.remove(open.size() - 1));
                for (MarkdownPage.Link link : page.links()) {
                    Path target = isExternal(link) ? page.path() : targetOf(page, link);
                    if (pages.contains(target) && reached.add(target)) {
                        open.add(target);
                    }
                }
            }
            Set<Path> lost = new HashSet<>(pages);
            lost.removeAll(reached);
            lost.remove(Path.of("README.md"));
            assertEquals(Set.of(), lost, "not reached from " + start);
        }
    }

    /** The index is the table of contents, so a page that only another page links to is not enough. */
    @Test
    void theIndexNamesEveryPage() {
        MarkdownPage index = MarkdownPage.read(INDEX);
        Set<Path> named = new HashSet<>(Set.of(INDEX));
        index.links().stream().filter(link -> !isExternal(link)).forEach(link -> named.add(targetOf(index, link)));
        List<MarkdownPage> missing = PAGES.stream()
                .filter(page -> page.path().startsWith(MarkdownPage.GUIDES))
                .filter(page -> !named.contains(page.path()))
                .toList();
        assertEquals(List.of(), missing.stream().map(MarkdownPage::toString).toList());
        assertTrue(named.size() > 20, "only " + named.size() + " pages");
    }

    private static boolean isExternal(MarkdownPage.Link link) {
        return link.target().contains("://") || link.target().startsWith("mailto:");
    }

    private static Path targetOf(MarkdownPage page, MarkdownPage.Link link) {
        int hash = link.target().indexOf('#');
        String file = hash < 0 ? link.target() : link.target().substring(0, hash);
        return file.isEmpty() ? page.path() : page.path().resolveSibling(file).normalize();
    }
}
