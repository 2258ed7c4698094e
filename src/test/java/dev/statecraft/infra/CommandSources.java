package dev.statecraft.infra;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.reflect.Method;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.ToolProvider;

/**
 * The Java sources of infra/cli, compiled without libraries and loaded into this process. Tests of many inputs call them here;
 * a process for each input would take seconds.
 */
final class CommandSources {

    private static final CommandSources LOADED = new CommandSources();

    private final ClassLoader loader;

    /** What a command wrote and its exit code. */
    record Ended(int code, String out, String err) {}

    private CommandSources() {
        try {
            Path classes = Files.createTempDirectory("statecraft-cli");
            List<String> arguments =
                    new ArrayList<>(List.of("-d", classes.toString(), "-Xlint:all", "-Werror", "--release", "17"));
            arguments.addAll(List.of("-encoding", "UTF-8", "-proc:none", "-classpath", classes.toString()));
            try (Stream<Path> sources = Files.list(Path.of("infra/cli"))) {
                sources.map(Path::toString)
                        .filter(source -> source.endsWith(".java"))
                        .sorted()
                        .forEach(arguments::add);
            }
            JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
            ByteArrayOutputStream messages = new ByteArrayOutputStream();
            int code = compiler.run(null, messages, messages, arguments.toArray(String[]::new));
            assertEquals(0, code, messages.toString(StandardCharsets.UTF_8));
            loader = new URLClassLoader(new URL[] {classes.toUri().toURL()}, ClassLoader.getPlatformClassLoader());
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /** A static method of a class of infra/cli. */
    static MethodHandle method(String type, String name, Class<?>... parameters) {
        try {
            Method method = Class.forName(type, true, LOADED.loader).getDeclaredMethod(name, parameters);
            method.setAccessible(true);
            return MethodHandles.lookup().unreflect(method);
        } catch (ReflectiveOperationException e) {
            throw new LinkageError(e.getMessage(), e);
        }
    }

    /** Runs infra/apply in this process. */
    static Ended apply(String in, String... arguments) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        MethodHandle run =
                method("Apply", "run", String[].class, InputStream.class, PrintStream.class, PrintStream.class);
        try {
            int code = (int) run.invokeWithArguments(
                    arguments,
                    new ByteArrayInputStream(in.getBytes(StandardCharsets.UTF_8)),
                    new PrintStream(out, true, StandardCharsets.UTF_8),
                    new PrintStream(err, true, StandardCharsets.UTF_8));
            return new Ended(code, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
        } catch (Throwable e) {
            throw new AssertionError(e);
        }
    }
}
