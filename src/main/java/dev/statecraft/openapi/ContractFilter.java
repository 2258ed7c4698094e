package dev.statecraft.openapi;

import dev.statecraft.access.NoScopeRequired;
import dev.statecraft.access.Requires;
import dev.statecraft.http.OptionalBody;
import dev.statecraft.http.Problem;
import io.quarkus.smallrye.openapi.OpenApiFilter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import org.eclipse.microprofile.openapi.OASFactory;
import org.eclipse.microprofile.openapi.OASFilter;
import org.eclipse.microprofile.openapi.models.Components;
import org.eclipse.microprofile.openapi.models.OpenAPI;
import org.eclipse.microprofile.openapi.models.Operation;
import org.eclipse.microprofile.openapi.models.examples.Example;
import org.eclipse.microprofile.openapi.models.media.Content;
import org.eclipse.microprofile.openapi.models.media.MediaType;
import org.eclipse.microprofile.openapi.models.parameters.Parameter;
import org.eclipse.microprofile.openapi.models.parameters.RequestBody;
import org.eclipse.microprofile.openapi.models.responses.APIResponse;
import org.eclipse.microprofile.openapi.models.responses.APIResponses;
import org.eclipse.microprofile.openapi.models.security.SecurityRequirement;
import org.jboss.jandex.AnnotationInstance;
import org.jboss.jandex.AnnotationValue;
import org.jboss.jandex.DotName;
import org.jboss.jandex.IndexView;
import org.jboss.jandex.MethodInfo;
import org.jspecify.annotations.Nullable;

/**
 * Completes the OpenAPI document at build time. The code supplies what it determines: the scope that an operation
 * requires, and the fields that are always present. {@code META-INF/openapi.yaml} supplies the descriptions, each once:
 * parameters by name, problems by type with their meaning and what the caller does, and the additional responses of an
 * operation by operation id.
 */
@OpenApiFilter(OpenApiFilter.RunStage.BUILD)
public class ContractFilter implements OASFilter {

    private static final DotName OPERATION =
            DotName.createSimple("org.eclipse.microprofile.openapi.annotations.Operation");
    private static final String PROBLEMS = "x-problems";
    private static final String OPERATIONS = "x-operations";
    private static final String JSON = "application/json";
    private static final String TYPES = "x-problem-types";

    /** Responses of every operation; below, the additional ones of operations with a credential and with a body. */
    private static final Map<String, String> COMMON =
            Map.of("400", "BadRequest", "429", "TooManyRequests", "500", "InternalError", "503", "Unavailable");

    private static final Map<String, String> WITH_CREDENTIAL = Map.of("401", "Unauthorized", "403", "Forbidden");
    private static final Map<String, String> WITH_BODY = Map.of("413", "BodyTooLarge", "415", "UnsupportedMediaType");

    private final IndexView index;
    private final Map<String, MethodInfo> methods = new LinkedHashMap<>();

    public ContractFilter(IndexView index) {
        this.index = index;
        for (AnnotationInstance operation : index.getAnnotations(OPERATION)) {
            AnnotationValue id = operation.value("operationId");
            if (id != null) {
                methods.put(id.asString(), operation.target().asMethod());
            }
        }
    }

    @Override
    public void filterOpenAPI(OpenAPI document) {
        Map<String, ?> operations = removed(document, OPERATIONS);
        Map<String, ?> problems = removed(document, PROBLEMS);
        Components components = document.getComponents();
        problems.forEach((type, problem) -> components.addExample("problem." + type, example(type, map(problem))));
        document.getPaths().getPathItems().values().forEach(path -> path.getOperations()
                .values()
                .forEach(operation -> {
                    MethodInfo method = methods.get(operation.getOperationId());
                    if (method != null) {
                        complete(
                                operation,
                                new Contract(
                                        operation.getOperationId(),
                                        method,
                                        map(operations.get(operation.getOperationId())),
                                        problems),
                                components);
                    }
                }));
        new ContractSchemas(index).complete(document);
        ContractIdempotency.complete(document);
    }

    /** The sources of an operation's contract: its method, and its entry in {@code META-INF/openapi.yaml}. */
    private record Contract(String id, MethodInfo method, Map<String, ?> extras, Map<String, ?> problems) {

        Optional<AnnotationInstance> requires() {
            return Optional.ofNullable(method.annotation(DotName.createSimple(Requires.class)));
        }

        boolean open() {
            AnnotationInstance open = method.annotation(DotName.createSimple(NoScopeRequired.class));
            return open != null && open.value().asEnum().equals(NoScopeRequired.To.EVERYONE.name());
        }
    }

    private static void complete(Operation operation, Contract contract, Components components) {
        secure(operation, contract);
        Object description = contract.extras().get("description");
        if (description != null) {
            operation.setDescription(
                    description + (operation.getDescription() == null ? "" : "\n\n" + operation.getDescription()));
        }
        if (operation.getParameters() != null) {
            operation.setParameters(operation.getParameters().stream()
                    .map(parameter -> shared(parameter, contract.id(), components))
                    .toList());
        }
        RequestBody body = operation.getRequestBody();
        if (body != null) {
            body.setRequired(!contract.method().hasAnnotation(DotName.createSimple(OptionalBody.class)));
            map(contract.extras().get("bodies"))
                    .forEach((type, schema) -> body.getContent().addMediaType(type, json(String.valueOf(schema))));
            example(components, contract.id() + ".request")
                    .ifPresent(example -> body.getContent().getMediaType(JSON).addExample("request", example));
        }
        answers(operation, contract, components);
        problems(operation, contract, body != null, components);
    }

    private static void secure(Operation operation, Contract contract) {
        if (contract.open()) {
            operation.setSecurity(List.of(OASFactory.createSecurityRequirement().addScheme("robloxSignature")));
            operation.setDescription("Requires the signature of a Roblox webhook.");
            return;
        }
        Optional<AnnotationInstance> requires = contract.requires();
        if (requires.isEmpty()) {
            operation.setSecurity(List.of(scheme("key", List.of()), scheme("signature", List.of())));
            operation.setDescription("Requires an API key with any scope; tokens are rejected.");
            return;
        }
        String scope = requires.get().value().asEnum().toLowerCase(Locale.ROOT).replace('_', ':');
        operation.setSecurity(List.of(
                scheme("key", List.of(scope)), scheme("token", List.of(scope)), scheme("signature", List.of(scope))));
        AnnotationValue players = requires.get().value("players");
        operation.setDescription("Requires the scope `" + scope + "`. "
                + reach(players == null ? Requires.Players.NOTHING : Requires.Players.valueOf(players.asEnum())));
    }

    private static String reach(Requires.Players players) {
        return switch (players) {
            case NOTHING -> "Player tokens are rejected.";
            case NAMED_BOARD -> "A player token grants access to the boards in its claims.";
            case NAMED_SPACE -> "A player token grants access to the spaces in its claims.";
            case OWN -> "A player token grants access to the data of its player.";
            case WHAT_THE_RESOURCE_ALLOWS ->
                "A player token grants access to the data of its player, in the spaces and boards" + " in its claims.";
        };
    }

    private static SecurityRequirement scheme(String name, List<String> scopes) {
        return OASFactory.createSecurityRequirement().addScheme(name, scopes);
    }

    /** The shared description of a parameter: for this operation, for its location, or for its name. */
    private static Parameter shared(Parameter parameter, String operation, Components components) {
        String name = parameter.getName();
        for (String key : List.of(
                operation + "." + name,
                String.valueOf(parameter.getIn()).toLowerCase(Locale.ROOT) + "." + name,
                name)) {
            if (components.getParameters() != null && components.getParameters().containsKey(key)) {
                return OASFactory.createParameter().ref(key);
            }
        }
        return parameter;
    }

    private static void answers(Operation operation, Contract contract, Components components) {
        APIResponses responses = operation.getResponses();
        Map<String, ?> answers = map(contract.extras().get("answers"));
        if (!answers.isEmpty()) {
            List.copyOf(responses.getAPIResponses().keySet()).forEach(responses::removeAPIResponse);
            answers.forEach((status, schema) -> {
                APIResponse response = OASFactory.createAPIResponse().description(meaning(status));
                if (!String.valueOf(schema).isEmpty()) {
                    response.setContent(OASFactory.createContent().addMediaType(JSON, json(String.valueOf(schema))));
                }
                responses.addAPIResponse(status, response);
            });
        }
        responses.getAPIResponses().forEach((status, response) -> {
            if (status.startsWith("2") && contract.extras().get("headers") instanceof List<?> headers) {
                headers.forEach(header -> response.addHeader(
                        String.valueOf(header), OASFactory.createHeader().ref(String.valueOf(header))));
            }
            Content content = response.getContent();
            if (status.startsWith("2") && content != null && content.hasMediaType(JSON)) {
                example(components, contract.id() + ".answer")
                        .ifPresent(example -> content.getMediaType(JSON).addExample("answer", example));
            }
        });
    }

    private static String meaning(String status) {
        return switch (status) {
            case "201" -> "Created";
            case "202" -> "Accepted; the work is not complete";
            case "304" -> "Not modified";
            default -> "Success";
        };
    }

    private static void problems(Operation operation, Contract contract, boolean body, Components components) {
        APIResponses responses = operation.getResponses();
        Map<String, String> common = new TreeMap<>(COMMON);
        if (!contract.open()) {
            common.putAll(WITH_CREDENTIAL);
        } else {
            common.put("401", "Unauthorized");
        }
        if (body) {
            common.putAll(WITH_BODY);
        }
        Map<String, List<String>> own = new TreeMap<>();
        List<Object> named = new ArrayList<>();
        if (contract.extras().get("problems") instanceof List<?> types) {
            named.addAll(types);
        }
        if (ContractIdempotency.accepts(operation) && !named.contains(ContractIdempotency.PROBLEM)) {
            named.add(ContractIdempotency.PROBLEM);
        }
        for (Object type : named) {
            Object status = map(contract.problems().get(String.valueOf(type))).get("status");
            if (status == null) {
                throw new IllegalStateException(contract.id() + " names an unknown problem: " + type);
            }
            own.computeIfAbsent(status.toString(), same -> new ArrayList<>()).add(String.valueOf(type));
        }
        common.forEach((status, name) -> {
            if (!own.containsKey(status)) {
                responses.addAPIResponse(status, OASFactory.createAPIResponse().ref(name));
            }
        });
        own.forEach((status, types) -> {
            MediaType media = json("Problem");
            List<String> descriptions = new ArrayList<>();
            List<Object> returned = new ArrayList<>(types);
            if (common.containsKey(status)) {
                APIResponse shared =
                        Objects.requireNonNull(components.getResponses().get(common.get(status)), status);
                descriptions.add(shared.getDescription());
                if (shared.getExtensions().get(TYPES) instanceof List<?> sharedTypes) {
                    returned.addAll(sharedTypes);
                }
                media.addExample(
                        common.get(status),
                        OASFactory.createExample()
                                .value(shared.getContent()
                                        .getMediaType(Problem.MEDIA_TYPE)
                                        .getExample()));
            }
            for (String type : types) {
                media.addExample(type, OASFactory.createExample().ref("problem." + type));
                descriptions.add(
                        "`" + type + "`: " + map(contract.problems().get(type)).get("title"));
            }
            APIResponse response = OASFactory.createAPIResponse()
                    .description(String.join("; ", descriptions))
                    .content(OASFactory.createContent().addMediaType(Problem.MEDIA_TYPE, media));
            response.addExtension(TYPES, returned);
            responses.addAPIResponse(status, response);
        });
    }

    private static Example example(String type, Map<String, ?> problem) {
        Map<String, Object> value = new LinkedHashMap<>();
        value.put("type", "/problems/" + type);
        value.put("title", String.valueOf(problem.get("title")));
        value.put("status", Integer.valueOf(String.valueOf(problem.get("status"))));
        if (problem.get("detail") != null) {
            value.put("detail", String.valueOf(problem.get("detail")));
        }
        return OASFactory.createExample()
                .summary(String.valueOf(problem.get("title")))
                .description(problem.get("meaning") + "\n\n" + problem.get("action"))
                .value(value);
    }

    private static Optional<Example> example(Components components, String name) {
        return components.getExamples() != null && components.getExamples().containsKey(name)
                ? Optional.of(OASFactory.createExample().ref(name))
                : Optional.empty();
    }

    private static MediaType json(String schema) {
        return OASFactory.createMediaType().schema(OASFactory.createSchema().ref(schema));
    }

    private static Map<String, ?> removed(OpenAPI document, String extension) {
        Map<String, ?> value = map(
                document.getExtensions() == null
                        ? null
                        : document.getExtensions().get(extension));
        document.removeExtension(extension);
        return value;
    }

    @SuppressWarnings("unchecked")
    private static Map<String, ?> map(@Nullable Object value) {
        return value instanceof Map<?, ?> map ? (Map<String, ?>) map : Map.of();
    }
}
