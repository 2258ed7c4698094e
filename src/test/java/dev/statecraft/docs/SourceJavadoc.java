package dev.statecraft.docs;

import com.sun.source.tree.ClassTree;
import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.MethodTree;
import com.sun.source.tree.Tree;
import com.sun.source.util.DocTrees;
import com.sun.source.util.JavacTask;
import com.sun.source.util.TreePath;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

/**
 * The Javadoc of a source file, read by the compiler of the JDK, because class files contain no comments.
 *
 * @param types raw Javadoc by binary name of the type, in the order of the file; empty text if there is none
 * @param methods raw Javadoc by name, by binary name of the type, in the order of the file
 */
record SourceJavadoc(Map<String, String> types, Map<String, Map<String, String>> methods) {

    private static final Pattern CODE = Pattern.compile("\\{@(?:code|literal)\\s+([^}]*)}");

    private static final Pattern LINK = Pattern.compile("\\{@link(?:plain)?\\s+#(\\w+)\\(\\)}");

    private static final Pattern PARAMETER = Pattern.compile("(?s)@param\\s+(\\w+)\\s+(.*?)(?=\\n\\s*@|\\z)");

    static SourceJavadoc read(Path file) {
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        try (StandardJavaFileManager files = compiler.getStandardFileManager(null, null, StandardCharsets.UTF_8)) {
            JavacTask task = (JavacTask)
                    compiler.getTask(null, files, null, List.of("-proc:none"), null, files.getJavaFileObjects(file));
            SourceJavadoc javadoc = new SourceJavadoc(new LinkedHashMap<>(), new LinkedHashMap<>());
            DocTrees comments = DocTrees.instance(task);
            for (CompilationUnitTree unit : task.parse()) {
                String prefix = unit.getPackageName() + ".";
                TreePath root = new TreePath(unit);
                unit.getTypeDecls().forEach(type -> javadoc.visit(comments, root, type, prefix));
            }
            return javadoc;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void visit(DocTrees comments, TreePath parent, Tree tree, String prefix) {
        if (tree instanceof ClassTree type) {
            TreePath path = new TreePath(parent, type);
            String name = prefix + type.getSimpleName();
            types.put(name, text(comments, path));
            Map<String, String> own = new LinkedHashMap<>();
            methods.put(name, own);
            for (Tree member : type.getMembers()) {
                if (member instanceof MethodTree method) {
                    own.put(method.getName().toString(), text(comments, new TreePath(path, method)));
                } else {
                    visit(comments, path, member, name + "$");
                }
            }
        }
    }

    private static String text(DocTrees comments, TreePath path) {
        String text = comments.getDocComment(path);
        return text == null ? "" : text.strip();
    }

    /**
     * The description of a Javadoc comment as one paragraph of Markdown, without its block tags. A link to another method
     * becomes the name of its property.
     */
    static String markdown(String javadoc) {
        Matcher tags = Pattern.compile("(?m)^\\s*@\\w").matcher(javadoc);
        String description = tags.find() ? javadoc.substring(0, tags.start()) : javadoc;
        String code = CODE.matcher(description).replaceAll("`$1`");
        String linked = LINK.matcher(code).replaceAll(link -> "`" + kebab(link.group(1)) + "`");
        return linked.replace("<p>", " ").replaceAll("\\s+", " ").strip();
    }

    /** The description of a parameter; empty if there is none. */
    static String parameter(String javadoc, String name) {
        Matcher matcher = PARAMETER.matcher(javadoc);
        while (matcher.find()) {
            if (matcher.group(1).equals(name)) {
                return markdown(matcher.group(2));
            }
        }
        return "";
    }

    /** The name of a property: {@code boardCache} is {@code board-cache}. */
    static String kebab(String method) {
        return method.replaceAll("([a-z0-9])([A-Z])", "$1-$2").toLowerCase(java.util.Locale.ROOT);
    }
}
