package dev.statecraft.local;

import java.io.IOException;
import java.lang.reflect.InvocationTargetException;

/**
 * The main class of the forked process: DynamoDB Local, tied to the life of the process that forked it. Standard input
 * is a pipe from the parent that nothing is ever written to; it ends when the parent ends, however it ends, and then
 * this process ends too. So not even {@code kill -9} leaves a database behind.
 */
public final class DynamoDbLocalMain {

    private DynamoDbLocalMain() {}

    /**
     * Runs DynamoDB Local's own main with the same arguments.
     *
     * @throws ReflectiveOperationException if DynamoDB Local is not on the class path or its main fails
     */
    public static void main(String[] arguments) throws ReflectiveOperationException {
        ignoreInterrupt();
        Thread watch = new Thread(DynamoDbLocalMain::exitWithParent, "parent-watch");
        watch.setDaemon(true);
        watch.start();
        try {
            Class.forName("com.amazonaws.services.dynamodbv2.local.main.ServerRunner")
                    .getMethod("main", String[].class)
                    .invoke(null, (Object) arguments);
        } catch (InvocationTargetException e) {
            // The server's own threads may already run and would keep a half-started process alive.
            e.printStackTrace();
            System.exit(1);
        }
    }

    /**
     * Ctrl-C reaches every process of a terminal at once, and the application still writes while it ends. The class is
     * in every JDK, but only by reflection without a warning.
     */
    private static void ignoreInterrupt() throws ReflectiveOperationException {
        Class<?> signal = Class.forName("sun.misc.Signal");
        Class<?> handler = Class.forName("sun.misc.SignalHandler");
        signal.getMethod("handle", signal, handler)
                .invoke(
                        null,
                        signal.getConstructor(String.class).newInstance("INT"),
                        handler.getField("SIG_IGN").get(null));
    }

    private static void exitWithParent() {
        try {
            while (System.in.read() >= 0) {
                // Nothing is said here; only the end of the stream means something.
            }
        } catch (IOException e) {
            System.err.println("Lost the pipe to the parent process: " + e);
        }
        System.exit(0);
    }
}
