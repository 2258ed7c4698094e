package dev.statecraft.access;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.quarkus.runtime.LaunchMode;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class OpenDoorGuardTest {

    private static OpenDoorGuard guard(Optional<Boolean> anonymous) {
        return new OpenDoorGuard(new AccessConfig() {
            @Override
            public Optional<Boolean> anonymous() {
                return anonymous;
            }

            @Override
            public Optional<String> developmentKey() {
                return Optional.empty();
            }
        });
    }

    @Test
    void thePackagedArtifactDoesNotStartUnlessItIsOpened() {
        String message = assertThrows(IllegalStateException.class, () -> guard(Optional.empty())
                        .check(LaunchMode.NORMAL))
                .getMessage();
        assertTrue(String.valueOf(message).contains("STATECRAFT_ACCESS_ANONYMOUS=true"));
        assertThrows(
                IllegalStateException.class, () -> guard(Optional.of(false)).check(LaunchMode.NORMAL));
        guard(Optional.of(true)).check(LaunchMode.NORMAL);
    }

    @Test
    void aDevelopersMachineStarts() {
        guard(Optional.empty()).check(LaunchMode.DEVELOPMENT);
        guard(Optional.empty()).check(LaunchMode.TEST);
    }
}
