package dev.statecraft.infra;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import dev.statecraft.infra.ScriptSandbox.Run;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** {@code infra/deploy --zip https://…}, from a server with a certificate of its own. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class DeployDownloadTest {

    private static final String PASSWORD = "changeit";

    private final Path certificate;
    private final Path store;
    private HttpsServer server;
    private ScriptSandbox sandbox;
    private Path zip;

    DeployDownloadTest(@TempDir Path folder) {
        store = folder.resolve("keys.p12");
        certificate = folder.resolve("certificate.pem");
    }

    @BeforeAll
    void start() throws Exception {
        keytool(
                "-genkeypair",
                "-alias",
                "test",
                "-keyalg",
                "EC",
                "-dname",
                "CN=localhost",
                "-ext",
                "san=dns:localhost");
        keytool("-exportcert", "-alias", "test", "-rfc", "-file", certificate.toString());
        KeyStore keys = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(store)) {
            keys.load(in, PASSWORD.toCharArray());
        }
        KeyManagerFactory managers = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        managers.init(keys, PASSWORD.toCharArray());
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(managers.getKeyManagers(), null, null);
        server = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setHttpsConfigurator(new HttpsConfigurator(context));
        server.createContext("/", this::answer);
        server.start();
    }

    private void keytool(String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString()));
        command.addAll(List.of(arguments));
        command.addAll(List.of("-keystore", store.toString(), "-storepass", PASSWORD));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertTrue(process.waitFor(60, TimeUnit.SECONDS) && process.exitValue() == 0, out);
    }

    @AfterAll
    void stop() {
        server.stop(0);
    }

    @BeforeEach
    void prepare(@TempDir Path folder) throws Exception {
        sandbox = ScriptSandbox.withAws(folder);
        sandbox.set("CURL_CA_BUNDLE", certificate.toString());
        zip = sandbox.nativeZip("release.zip", ScriptSandbox.X86_64);
    }

    /** Answers /release.zip with the zip, /moved with a redirect to it, and /plain with one to an http URL. */
    private void answer(HttpExchange exchange) {
        Map<String, String> moved = Map.of("/moved", url("/release.zip"), "/plain", "http://localhost/release.zip");
        String path = exchange.getRequestURI().getPath();
        try (exchange) {
            if (path.equals("/release.zip")) {
                exchange.sendResponseHeaders(200, Files.size(zip));
                Files.copy(zip, exchange.getResponseBody());
            } else if (moved.containsKey(path)) {
                exchange.getResponseHeaders().set("Location", moved.get(path));
                exchange.sendResponseHeaders(302, -1);
            } else {
                exchange.sendResponseHeaders(404, -1);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private String url(String path) {
        return "https://localhost:" + server.getAddress().getPort() + path;
    }

    private Run plan(String path, String sha256) throws Exception {
        return sandbox.run("deploy", "--plan", "--zip", url(path), "--sha256", sha256);
    }

    private String sha256() throws Exception {
        return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(zip)));
    }

    @Test
    void aReleaseWithTheExpectedSha256_isAccepted() throws Exception {
        for (String path : List.of("/release.zip", "/moved")) {
            Run run = plan(path, sha256().toUpperCase(Locale.ROOT));
            assertEquals(0, run.code(), run::toString);
            assertTrue(run.out().contains(url(path) + " (downloaded)"), run::toString);
            assertTrue(run.out().contains("Architecture=x86_64 Runtime=native"), run::toString);
        }
    }

    @Test
    void aReleaseWithAnotherSha256_isRefused() throws Exception {
        Run run = plan("/release.zip", "0".repeat(64));
        assertEquals(14, run.code(), run::toString);
        assertTrue(run.out().contains("has the SHA-256 " + sha256()), run::toString);
    }

    @Test
    void aMissingRelease_isRefused() throws Exception {
        Run run = plan("/missing.zip", sha256());
        assertEquals(13, run.code(), run::toString);
        assertTrue(run.out().contains("could not be downloaded: curl: (22)"), run::toString);
    }

    @Test
    void aRedirectToHttp_isRefused() throws Exception {
        Run run = plan("/plain", sha256());
        assertEquals(13, run.code(), run::toString);
        assertTrue(run.out().contains("could not be downloaded: curl: (1)"), run::toString);
    }

    @Test
    void anUntrustedCertificate_isRefused() throws Exception {
        sandbox.unset("CURL_CA_BUNDLE");
        Run run = plan("/release.zip", sha256());
        assertEquals(13, run.code(), run::toString);
    }

    @Test
    void theDownloadedZip_isUploaded() throws Exception {
        try (DeployedApi api = new DeployedApi(0, 201)) {
            sandbox.set("FAKE_API", api.url());
            Run run = sandbox.run("deploy", "--zip", url("/release.zip"));
            assertEquals(0, run.code(), run::toString);
            assertEquals(-1, Files.mismatch(zip, sandbox.file("uploaded.zip")));
        }
    }
}
