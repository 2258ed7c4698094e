package dev.statecraft.testing.console;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.logging.ErrorManager;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import org.jboss.logmanager.formatters.PatternFormatter;

/** Writes log records to the file of the running test class. */
final class TestLogHandler extends Handler {

    private final TestLog log;

    TestLogHandler(TestLog log) {
        this.log = log;
        setLevel(Level.INFO);
        setFormatter(new PatternFormatter("%d{HH:mm:ss,SSS} %-5p [%c{3.}] (%t) %s%e%n"));
    }

    @Override
    public void publish(LogRecord record) {
        if (isLoggable(record)) {
            try {
                log.write(getFormatter().format(record).getBytes(StandardCharsets.UTF_8));
            } catch (IOException e) {
                reportError(log.file().toString(), e, ErrorManager.WRITE_FAILURE);
            }
        }
    }

    @Override
    public void flush() {}

    @Override
    public void close() {}
}
