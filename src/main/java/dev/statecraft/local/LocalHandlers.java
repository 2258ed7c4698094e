package dev.statecraft.local;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.RequestHandler;
import com.fasterxml.jackson.databind.JavaType;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.statecraft.local.stream.LambdaFunction;
import io.quarkus.amazon.lambda.runtime.AmazonLambdaMapperRecorder;
import io.quarkus.arc.profile.IfBuildProfile;
import jakarta.enterprise.inject.Any;
import jakarta.enterprise.inject.Instance;
import jakarta.enterprise.inject.literal.NamedLiteral;
import jakarta.inject.Singleton;
import java.lang.reflect.Method;
import java.lang.reflect.Type;
import java.util.Arrays;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The handlers of this process, found by the name that {@code QUARKUS_LAMBDA_HANDLER} selects on Lambda. */
@Singleton
@IfBuildProfile(anyOf = {"dev", "test"})
public final class LocalHandlers {

    private final Instance<RequestHandler<?, ?>> handlers;

    LocalHandlers(@Any Instance<RequestHandler<?, ?>> handlers) {
        this.handlers = handlers;
    }

    /** The handler with a name, with the same JSON conversion as on Lambda; empty if there is none. */
    public Optional<LambdaFunction> find(String name) {
        Instance<RequestHandler<?, ?>> named = handlers.select(NamedLiteral.of(name));
        if (!named.isResolvable()) {
            return Optional.empty();
        }
        Instance.Handle<? extends RequestHandler<?, ?>> handle = named.getHandle();
        ObjectMapper json = AmazonLambdaMapperRecorder.objectMapper;
        JavaType input = json.constructType(inputType(handle.getBean().getBeanClass()));
        @SuppressWarnings("unchecked") // The input is parsed as the parameter type of the handler's method.
        RequestHandler<Object, @Nullable Object> handler = (RequestHandler<Object, @Nullable Object>) handle.get();
        return Optional.of(event -> {
            @Nullable Object answer = handler.handleRequest(json.readValue(event, input), new LocalContext(name));
            return answer == null ? null : json.writeValueAsString(answer);
        });
    }

    private static Type inputType(Class<?> handler) {
        return Arrays.stream(handler.getMethods())
                .filter(method -> method.getName().equals("handleRequest"))
                .filter(method -> !method.isBridge())
                .filter(method -> method.getParameterCount() == 2 && method.getParameterTypes()[1] == Context.class)
                .map((Method method) -> method.getGenericParameterTypes()[0])
                .findFirst()
                .orElseThrow(() -> new IllegalStateException(handler + " has no handleRequest(input, Context)"));
    }
}
