package dev.statecraft.testing.bench;

import java.io.BufferedInputStream;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/**
 * Sends requests over one connection from a process of its own, so that the processor time of the client is not counted as
 * that of the application.
 */
public final class LoadClient implements AutoCloseable {

    private final Process process;
    private final BufferedWriter commands;
    private final BufferedReader answers;

    private LoadClient(Process process) {
        this.process = process;
        commands = new BufferedWriter(new OutputStreamWriter(process.getOutputStream(), StandardCharsets.UTF_8));
        answers = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    }

    /** Starts the process. */
    public static LoadClient start(int port) throws IOException {
        return new LoadClient(new ProcessBuilder(List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:+UseSerialGC",
                        "-Xmx64m",
                        "-cp",
                        System.getProperty("java.class.path"),
                        LoadClient.class.getName(),
                        String.valueOf(port)))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start());
    }

    /**
     * Sends a request a number of times. {@code %n} in path and body is replaced by its number, {@code %p} by a number
     * below 500.
     *
     * @param body empty for no body
     * @throws AssertionError if a response is not 2xx
     */
    public void send(String method, String path, String body, int first, int times) {
        try {
            commands.write(String.join("\t", method, path, body, first + "", times + ""));
            commands.newLine();
            commands.flush();
            String answer = answers.readLine();
            if (!"ok".equals(answer)) {
                throw new AssertionError(method + " " + path + ": " + answer);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }

    /** Runs commands of the standard input until it ends. */
    public static void main(String[] arguments) throws IOException {
        BufferedReader commands = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        try (Socket socket = new Socket("localhost", Integer.parseInt(arguments[0]))) {
            socket.setTcpNoDelay(true);
            InputStream in = new BufferedInputStream(socket.getInputStream());
            String line;
            while ((line = commands.readLine()) != null) {
                String[] command = line.split("\t", -1);
                int first = Integer.parseInt(command[3]);
                String failed = "ok";
                for (int n = first; n < first + Integer.parseInt(command[4]); n++) {
                    String player = String.valueOf(Math.floorMod(n * 7919L, 500));
                    String path = command[1].replace("%n", String.valueOf(n)).replace("%p", player);
                    String body = command[2].replace("%n", String.valueOf(n)).replace("%p", player);
                    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
                    String head = command[0] + " " + path + " HTTP/1.1\r\nHost: localhost\r\nContent-Type: "
                            + "application/json\r\nContent-Length: " + bytes.length + "\r\n\r\n";
                    OutputStream out = socket.getOutputStream();
                    byte[] first2 = head.getBytes(StandardCharsets.UTF_8);
                    byte[] request = new byte[first2.length + bytes.length];
                    System.arraycopy(first2, 0, request, 0, first2.length);
                    System.arraycopy(bytes, 0, request, first2.length, bytes.length);
                    out.write(request);
                    out.flush();
                    String answer = response(in);
                    if (!answer.startsWith("2")) {
                        failed = answer;
                    }
                }
                System.out.println(failed);
            }
        }
    }

    /** Reads a response. Returns its status, with the body if it is no success. */
    private static String response(InputStream in) throws IOException {
        String status = line(in).substring("HTTP/1.1 ".length());
        int length = 0;
        boolean chunked = false;
        for (String header = line(in); !header.isEmpty(); header = line(in)) {
            String lower = header.toLowerCase(Locale.ROOT);
            if (lower.startsWith("content-length:")) {
                length = Integer.parseInt(
                        lower.substring("content-length:".length()).strip());
            }
            chunked |= lower.startsWith("transfer-encoding: chunked");
        }
        StringBuilder body = new StringBuilder();
        if (chunked) {
            for (int size = chunk(in); size > 0; size = chunk(in)) {
                body.append(new String(in.readNBytes(size), StandardCharsets.UTF_8));
                line(in);
            }
            line(in);
        } else {
            body.append(new String(in.readNBytes(length), StandardCharsets.UTF_8));
        }
        return status.startsWith("2") ? status : status + " " + body.toString().replace('\n', ' ');
    }

    private static int chunk(InputStream in) throws IOException {
        return Integer.parseInt(line(in), 16);
    }

    private static String line(InputStream in) throws IOException {
        StringBuilder line = new StringBuilder();
        for (int c = in.read(); c != '\n'; c = in.read()) {
            if (c < 0) {
                throw new IOException("the connection ended");
            }
            if (c != '\r') {
                line.append((char) c);
            }
        }
        return line.toString();
    }
}
