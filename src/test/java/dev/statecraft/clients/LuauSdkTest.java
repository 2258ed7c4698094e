package dev.statecraft.clients;

import java.io.IOException;
import org.junit.jupiter.api.Test;

/** The modules of the Luau SDK without an application. */
class LuauSdkTest {

    @Test
    void codecAndTransport() throws IOException, InterruptedException {
        LuauProject.run("luau-sdk", LuauProject.NO_APPLICATION, "", "codec-test.luau", "transport-test.luau");
    }

    @Test
    void updatesKeepTheirOrderInTheSyncLoop() throws IOException, InterruptedException {
        LuauProject.run("luau-sync", LuauProject.NO_APPLICATION, "", "sync-test.luau");
    }

    @Test
    void modulesOnMock() throws IOException, InterruptedException {
        LuauProject.run(
                "luau-mock",
                LuauProject.MOCK,
                "sk_mock",
                "seed-test.luau",
                "live-test.luau",
                "session-test.luau",
                "replica-test.luau",
                "migration-test.luau",
                "mock-test.luau",
                "client-test.luau",
                "examples-test.luau");
    }

    @Test
    void guideRunsInStudioWithoutAnApplication() throws IOException, InterruptedException {
        LuauProject.run("luau-guide", LuauProject.NO_APPLICATION, "", "guide-test.luau", LuauProject.GUIDE);
    }

    @Test
    void sourcesHaveOneStyle() throws IOException, InterruptedException {
        LuauProject.checkStyle();
    }
}
