package dev.statecraft.access;

import dev.statecraft.entry.Problem;
import dev.statecraft.entry.ProblemException;
import io.quarkus.runtime.LaunchMode;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import jakarta.inject.Provider;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.List;
import java.util.Optional;

/** Tells from the credentials of a request, or of a connection that is opened, who it comes from. */
@ApplicationScoped
public class Door {

    private static final String SCHEME = "Bearer ";

    private final Provider<AccessConfig> config;

    /** Filters are made when a native executable is built, so what is configured is asked for at every request. */
    @Inject
    public Door(Provider<AccessConfig> config) {
        this.config = config;
    }

    /**
     * Lets somebody in.
     *
     * @param credentials the values of the header {@code Authorization}
     * @throws ProblemException 401, if they are not enough
     */
    public Caller letIn(List<String> credentials) {
        if (credentials.isEmpty()) {
            if (!config.get().anonymous().orElse(isDevelopment())) {
                throw new ProblemException(Problem.unauthorized("Send a key: Authorization: Bearer <key>."));
            }
            return new Caller(Caller.DEFAULT_GAME, "anonymous");
        }
        if (credentials.size() == 1 && isDevelopmentKey(credentials.get(0))) {
            return new Caller(Caller.DEFAULT_GAME, "development");
        }
        throw new ProblemException(Problem.unauthorized("The key is not known."));
    }

    private boolean isDevelopmentKey(String credentials) {
        Optional<String> developmentKey = config.get().developmentKey();
        if (!isDevelopment()
                || developmentKey.isEmpty()
                || !credentials.regionMatches(true, 0, SCHEME, 0, SCHEME.length())) {
            return false;
        }
        return MessageDigest.isEqual(
                credentials.substring(SCHEME.length()).strip().getBytes(StandardCharsets.UTF_8),
                developmentKey.get().getBytes(StandardCharsets.UTF_8));
    }

    /** Asked of the way the application was started, which no configuration of a packaged artifact can change. */
    private static boolean isDevelopment() {
        return LaunchMode.current().isDevOrTest();
    }
}
