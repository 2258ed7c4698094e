package dev.statecraft.testing.console;

import java.io.IOException;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.logging.Logger;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.support.descriptor.ClassSource;
import org.junit.platform.launcher.LauncherSession;
import org.junit.platform.launcher.LauncherSessionListener;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.TestPlan;

/**
 * What the console shows of the tests: a line for each class, which classes that take less than a second share; for a
 * test that fails, its stack trace and its log.
 * Everything that tests print or log goes to the files of {@link TestLog}. The directory of the files is the system
 * property {@code statecraft.test.logs}, which Maven sets; without it, as in an IDE, or with {@code
 * statecraft.test.printed}, as for benchmarks, this listener does nothing.
 */
public final class ConsoleReport implements LauncherSessionListener, TestExecutionListener {

    private static final String DIRECTORY = "statecraft.test.logs";
    private static final String PRINTED = "statecraft.test.printed";
    private static final String PHASE = "statecraft.test.phase";
    private static final String APPLICATION = "application";

    /** Length from which a line that classes share is printed. */
    private static final int WIDTH = 110;

    /** Lines of its log that the console shows for a test that fails. */
    private static final int MAX_LOG_LINES = 300;

    /** Frames of stack traces below the call of a test method, which the console leaves out of logs. */
    private static final Pattern HARNESS = Pattern.compile(
            "^\\tat (org\\.junit\\.|org\\.apache\\.maven\\.surefire|java\\.base/(jdk\\.internal|java\\.lang)\\.reflect\\.)");

    private final @Nullable String directory = Boolean.getBoolean(PRINTED) ? null : System.getProperty(DIRECTORY);
    private final String process = "process-" + ProcessHandle.current().pid();
    private final TestLog log = new TestLog(Path.of(directory == null ? "." : directory), process);
    private final TestLogHandler handler = new TestLogHandler(log);

    /** Position in the log at which each running test or container began. */
    private final Map<String, Long> begun = new HashMap<>();

    /** A class that runs inside another one's execution is above it. */
    private final Deque<ClassTally> tallies = new ArrayDeque<>();

    /** Classes that will share a line. */
    private final List<ClassTally> brief = new ArrayList<>();

    private PrintStream console = System.out;
    private PrintStream errors = System.err;
    private @Nullable TestPlan plan;

    @Override
    public void launcherSessionOpened(LauncherSession session) {
        if (directory == null) {
            return;
        }
        console = System.out;
        errors = System.err;
        PrintStream captured = new PrintStream(log, true, StandardCharsets.UTF_8);
        System.setOut(captured);
        System.setErr(captured);
        Logger.getLogger("").addHandler(handler);
        session.getLauncher().registerTestExecutionListeners(this);
    }

    @Override
    public void launcherSessionClosed(LauncherSession session) {
        if (directory == null) {
            return;
        }
        printBrief();
        Logger.getLogger("").removeHandler(handler);
        System.setOut(console);
        System.setErr(errors);
        try {
            log.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void testPlanExecutionStarted(TestPlan started) {
        plan = started;
    }

    @Override
    public void executionStarted(TestIdentifier test) {
        if (isClass(test)) {
            log.begin(className(test));
            tallies.push(new ClassTally(className(test), System.currentTimeMillis()));
        }
        begun.put(test.getUniqueId(), log.size());
    }

    @Override
    public void executionSkipped(TestIdentifier test, String reason) {
        if (isClass(test)) {
            ClassTally tally = new ClassTally(className(test), System.currentTimeMillis());
            tally.skipped(Math.max(1, testsBelow(test)), reason);
            finish(test, tally);
        } else if (!tallies.isEmpty()) {
            tallies.element().skipped(Math.max(1, testsBelow(test)), reason);
        }
    }

    @Override
    public void executionFinished(TestIdentifier test, TestExecutionResult result) {
        long from = begun.getOrDefault(test.getUniqueId(), 0L);
        begun.remove(test.getUniqueId());
        if (result.getStatus() == TestExecutionResult.Status.FAILED) {
            showFailure(test, result.getThrowable().orElse(null), from);
        }
        if (tallies.isEmpty()) {
            return;
        }
        ClassTally tally = tallies.element();
        switch (result.getStatus()) {
            case FAILED -> tally.failed();
            case ABORTED ->
                tally.skipped(
                        test.isTest() ? 1 : Math.max(1, testsBelow(test)),
                        result.getThrowable().map(Throwable::getMessage).orElse(""));
            case SUCCESSFUL -> {}
        }
        if (test.isTest() && result.getStatus() != TestExecutionResult.Status.ABORTED) {
            tally.ran();
        }
        if (isClass(test)) {
            finish(test, tallies.pop());
        }
    }

    private void finish(TestIdentifier test, ClassTally tally) {
        long now = System.currentTimeMillis();
        if (tally.isBrief(now)) {
            brief.add(tally);
            if (briefLine().length() > WIDTH) {
                printBrief();
            }
        } else {
            console.println(tally.line(now));
        }
        boolean application =
                test.getTags().stream().anyMatch(tag -> tag.getName().startsWith(APPLICATION));
        String phase = application ? APPLICATION : System.getProperty(PHASE, "plain");
        BuildTimes.append(Path.of("" + directory), process, tally.time(phase, now));
    }

    private String briefLine() {
        return String.format(
                Locale.ROOT,
                "   < 1 s %5d tests  %s",
                brief.stream().mapToInt(ClassTally::tests).sum(),
                brief.stream().map(ClassTally::simpleName).collect(Collectors.joining(", ")));
    }

    private void printBrief() {
        if (!brief.isEmpty()) {
            console.println(briefLine());
            brief.clear();
        }
    }

    private void showFailure(TestIdentifier test, @Nullable Throwable thrown, long from) {
        StringWriter text = new StringWriter();
        PrintWriter lines = new PrintWriter(text);
        lines.println("FAILED " + path(test));
        if (thrown != null) {
            thrown.printStackTrace(lines);
        }
        List<String> shown = log.tail(from, line -> !HARNESS.matcher(line).find(), MAX_LOG_LINES);
        if (!shown.isEmpty()) {
            lines.println("Its log, of " + log.file() + ":");
            shown.forEach(line -> lines.println("  | " + line));
        }
        console.print(text);
    }

    private String path(TestIdentifier test) {
        if (isClass(test) || plan == null) {
            return isClass(test) ? className(test) : test.getDisplayName();
        }
        return plan.getParent(test)
                .map(parent -> path(parent) + " > " + test.getDisplayName())
                .orElseGet(test::getDisplayName);
    }

    private long testsBelow(TestIdentifier test) {
        return plan == null
                ? 0
                : plan.getDescendants(test).stream()
                        .filter(TestIdentifier::isTest)
                        .count();
    }

    /** Whether this is a class that is not nested in another one. */
    private static boolean isClass(TestIdentifier test) {
        return test.getUniqueIdObject().getLastSegment().getType().equals("class")
                && test.getSource().filter(ClassSource.class::isInstance).isPresent();
    }

    private static String className(TestIdentifier test) {
        return test.getSource()
                .map(ClassSource.class::cast)
                .map(ClassSource::getClassName)
                .orElseThrow();
    }
}
