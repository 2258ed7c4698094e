package dev.statecraft.lambda;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/**
 * One function of the packaged artifact as a separate process, started like on Lambda: the managed Java runtime for the
 * JVM zip, {@code bootstrap} for a native one.
 */
final class PackagedFunction implements AutoCloseable {

    /** The first answer includes the start, side by side with that of other functions. */
    private static final Duration ANSWER_LIMIT = Duration.ofMinutes(3);

    private final RuntimeApi api = new RuntimeApi();
    private final Process process;
    private final CompletableFuture<Void> ended;
    private final Path log;

    /**
     * @param directory the unpacked artifact
     * @param handler the value of {@code QUARKUS_LAMBDA_HANDLER}
     * @param environment additional environment variables to those of Lambda
     * @param log file of the function's output
     */
    PackagedFunction(Path directory, String handler, Map<String, String> environment, Path log) throws IOException {
        this.log = log;
        ProcessBuilder builder = new ProcessBuilder(command(directory))
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile());
        Map<String, String> variables = builder.environment();
        variables.keySet().retainAll(List.of("PATH"));
        variables.putAll(Map.of(
                "AWS_LAMBDA_RUNTIME_API", api.address(),
                "AWS_LAMBDA_FUNCTION_NAME", "statecraft-" + handler,
                "AWS_LAMBDA_FUNCTION_VERSION", "$LATEST",
                "AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "512",
                "AWS_REGION", "eu-central-1",
                "AWS_ACCESS_KEY_ID", "local",
                "AWS_SECRET_ACCESS_KEY", "local",
                "LAMBDA_TASK_ROOT", directory.toString(),
                "QUARKUS_LAMBDA_HANDLER", handler));
        variables.putAll(environment);
        process = builder.start();
        ended = process.onExit().thenAccept(end -> api.functionEnded("The function ended with " + end.exitValue()));
    }

    /** Unpacks an artifact. */
    static void unpack(Path zip, Path directory) throws IOException {
        try (ZipFile file = new ZipFile(zip.toFile())) {
            for (ZipEntry entry : file.stream().toList()) {
                Path target = directory.resolve(entry.getName()).normalize();
                if (!target.startsWith(directory)) {
                    throw new IOException("An entry leads out of the archive: " + entry.getName());
                }
                if (entry.isDirectory()) {
                    Files.createDirectories(target);
                } else {
                    Files.createDirectories(target.getParent());
                    Files.copy(file.getInputStream(entry), target);
                }
            }
        }
    }

    static boolean isNative(Path directory) {
        return Files.exists(directory.resolve("bootstrap"));
    }

    private static List<String> command(Path directory) throws IOException {
        Path bootstrap = directory.resolve("bootstrap");
        if (isNative(directory)) {
            if (!bootstrap.toFile().setExecutable(true)) {
                throw new IOException("The executable cannot be made one: " + bootstrap);
            }
            return List.of(bootstrap.toString());
        }
        List<String> runtime = Arrays.stream(Files.readString(Path.of("target/forked-tools.classpath"))
                        .strip()
                        .split(File.pathSeparator, -1))
                .filter(jar -> Path.of(jar)
                        .getFileName()
                        .toString()
                        .matches("aws-lambda-java-(core|serialization|runtime-interface-client)-.*\\.jar"))
                .toList();
        return List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx400m",
                "-XX:TieredStopAtLevel=1",
                // The collector that a JVM chooses on a machine as small as a Lambda function.
                "-XX:+UseSerialGC",
                "-Dcom.amazonaws.services.lambda.runtime.api.client.runtimeapi.NativeClient.JNI="
                        + nativeLibrary(runtime, directory),
                "-cp",
                String.join(
                        File.pathSeparator,
                        String.join(File.pathSeparator, runtime),
                        directory.toString(),
                        directory.resolve("lib") + "/*"),
                "com.amazonaws.services.lambda.runtime.api.client.AWSLambda",
                "io.quarkus.amazon.lambda.runtime.QuarkusStreamHandler::handleRequest");
    }

    /**
     * The native library of the runtime interface client. By default the client writes it to one file for all processes
     * of a machine, which breaks running processes.
     */
    private static synchronized Path nativeLibrary(List<String> runtime, Path directory) throws IOException {
        Path library = directory.resolve("libaws-lambda-jni.so");
        if (Files.exists(library)) {
            return library;
        }
        String name = "jni/libaws-lambda-jni.linux%s-%s.so"
                .formatted(
                        Files.exists(Path.of("/etc/alpine-release")) ? "_musl" : "",
                        System.getProperty("os.arch").equals("aarch64") ? "aarch_64" : "x86_64");
        for (String jar : runtime) {
            try (ZipFile file = new ZipFile(jar)) {
                ZipEntry entry = file.getEntry(name);
                if (entry != null) {
                    Files.copy(file.getInputStream(entry), library);
                    return library;
                }
            }
        }
        throw new IOException("The runtime interface client has no " + name);
    }

    /** Sends one event and waits for its result. */
    RuntimeApi.Answer invoke(String event) throws InterruptedException, ExecutionException, TimeoutException {
        return api.invoke(event, ANSWER_LIMIT);
    }

    /** Waits until the function asks for an event; see {@link RuntimeApi#awaitPoll}. */
    long awaitPoll() throws InterruptedException, TimeoutException {
        return api.awaitPoll(ANSWER_LIMIT);
    }

    /** The process of the function. */
    ProcessHandle process() {
        return process.toHandle();
    }

    /** The output of the function so far. */
    String output() throws IOException {
        return Files.readString(log, StandardCharsets.UTF_8);
    }

    @Override
    public void close() {
        process.destroyForcibly();
        ended.orTimeout(10, TimeUnit.SECONDS).join();
        api.close();
    }
}
