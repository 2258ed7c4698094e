package dev.statecraft.local;

import java.io.IOException;
import java.lang.reflect.InvocationTargetException;

/**
 * Main class of the forked process: runs DynamoDB Local until the parent process ends. Standard input is a pipe from
 * the parent that carries no data. The pipe is closed when the parent ends, even by {@code kill -9}, and then this
 * process ends.
 */
public final class DynamoDbLocalMain {

    private DynamoDbLocalMain() {}

    /**
     * Runs the main method of DynamoDB Local with the same arguments.
     *
     * @throws ReflectiveOperationException if DynamoDB Local is not on the class path or its main method fails
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
            // Threads of the server may already run and would keep the process alive.
            e.printStackTrace();
            System.exit(1);
        }
    }

    /**
     * Ignores SIGINT. Ctrl-C signals every process of a terminal, but the application still writes while it shuts down.
     * Direct use of the class {@code sun.misc.Signal} causes a compiler warning, so it is used by reflection.
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
                // The pipe carries no data; only its end matters.
            }
        } catch (IOException e) {
            System.err.println("Lost the pipe to the parent process: " + e);
        }
        System.exit(0);
    }
}
