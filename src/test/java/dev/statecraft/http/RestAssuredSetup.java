package dev.statecraft.http;

import dev.statecraft.openapi.ApiDocument;
import dev.statecraft.openapi.DocumentedAnswers;
import io.quarkus.test.junit.callback.QuarkusTestBeforeTestExecutionCallback;
import io.quarkus.test.junit.callback.QuarkusTestMethodContext;
import io.restassured.RestAssured;
import org.eclipse.microprofile.config.ConfigProvider;

/**
 * Points REST Assured at the HTTP server. Quarkus points it at the Lambda extension's mock event server wherever that
 * extension is on the class path. Every response in a test must match the OpenAPI document.
 */
public class RestAssuredSetup implements QuarkusTestBeforeTestExecutionCallback {

    private static final DocumentedAnswers DOCUMENTED = new DocumentedAnswers(ApiDocument.committed());

    @Override
    public void beforeTestExecution(QuarkusTestMethodContext context) {
        CompiledPaths.install();
        RestAssured.replaceFiltersWith(DOCUMENTED);
        // REST Assured prepares its report of a failure for every request; indenting bodies takes most of that time.
        RestAssured.config = RestAssured.config()
                .logConfig(RestAssured.config().getLogConfig().enablePrettyPrinting(false));
        RestAssured.port = ConfigProvider.getConfig().getValue("quarkus.http.test-port", Integer.class);
    }
}
