package dev.statecraft.access;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaMethod;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import dev.statecraft.access.Requires.Players;
import dev.statecraft.openapi.QuickCalls;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.HttpMethod;
import jakarta.ws.rs.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A route of the API, read from the resource method that serves it.
 *
 * @param path with values for the path parameters
 * @param scope the required scope; empty if every key may call the route
 * @param mediaType of the request body
 */
record ApiRoute(String method, String path, Optional<Scope> scope, Players players, String mediaType) {

    /** Values of the path parameters: the ids of what the test creates in the game alpha. */
    private static final Map<String, String> IDS = Map.of(
            "board", "theirs", "entity", "theirs", "player", "ada", "type", "THEIRS", "version", "1.0.0", "season",
            "1");

    /** The classes of the application. */
    static final JavaClasses CODE = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("dev.statecraft");

    /** Calls the route; a method that has a body sends an empty object. */
    QuickCalls.Answer call(QuickCalls calls, @Nullable String credential, String query) {
        boolean bare = method.equals("GET") || method.equals("DELETE");
        return calls.send(method, path + query, credential, bare ? null : "{}", mediaType);
    }

    @Override
    public String toString() {
        return method + " " + path;
    }

    /** All routes of the resources, without those that are open to everyone. */
    static List<ApiRoute> all() {
        List<ApiRoute> routes = new ArrayList<>();
        CODE.stream()
                .filter(type -> type.isAnnotatedWith(Path.class))
                .flatMap(type -> type.getMethods().stream())
                .forEach(method -> method.getAnnotations().stream()
                        .map(annotation -> annotation.getRawType())
                        .filter(annotation -> annotation.isAnnotatedWith(HttpMethod.class))
                        .map(annotation ->
                                annotation.getAnnotationOfType(HttpMethod.class).value())
                        .forEach(verb -> route(verb, method).ifPresent(routes::add)));
        return routes;
    }

    private static Optional<ApiRoute> route(String verb, JavaMethod method) {
        Optional<Requires> requires = method.tryGetAnnotationOfType(Requires.class);
        Optional<NoScopeRequired> open = method.tryGetAnnotationOfType(NoScopeRequired.class);
        if (open.isPresent() && open.get().value() == NoScopeRequired.To.EVERYONE) {
            return Optional.empty();
        }
        String below =
                method.tryGetAnnotationOfType(Path.class).map(Path::value).orElse("");
        String path = ("/" + method.getOwner().getAnnotationOfType(Path.class).value() + "/" + below)
                .replaceAll("/+", "/")
                .replaceAll("(.)/$", "$1");
        for (Map.Entry<String, String> id : IDS.entrySet()) {
            path = path.replace("{" + id.getKey() + "}", id.getValue());
        }
        return Optional.of(new ApiRoute(
                verb,
                path.replaceAll("\\{[^}]*\\}", "x"),
                requires.map(Requires::value),
                requires.map(Requires::players).orElse(Players.NOTHING),
                method.tryGetAnnotationOfType(Consumes.class)
                        .map(consumes -> consumes.value()[0])
                        .filter(type -> type.contains("json"))
                        .orElse("application/json")));
    }
}
