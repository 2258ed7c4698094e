package dev.statecraft.lambda;

import com.amazonaws.services.lambda.runtime.CognitoIdentity;
import com.amazonaws.services.lambda.runtime.events.models.dynamodb.StreamViewType;
import dev.statecraft.access.token.TokenService;
import dev.statecraft.http.Problem;
import dev.statecraft.http.json.JsonCheck;
import dev.statecraft.leaderboard.rank.RankAuditResource;
import dev.statecraft.replication.entity.MessageResource;
import dev.statecraft.replication.entity.SessionResource;
import io.quarkus.amazon.lambda.runtime.ClientContextImpl;
import io.quarkus.amazon.lambda.runtime.ClientImpl;
import io.quarkus.runtime.annotations.RegisterForReflection;

/**
 * The types that Jackson reads or writes and that the build does not find by itself. The build finds types in the
 * signatures of resource methods and handlers, with the types of their members. It does not find types that are passed
 * to a {@link jakarta.ws.rs.core.Response}, put into a map or a {@link Problem}, or part of a frame. A native
 * executable cannot read or write a type that is missing here. Tests fail for a type that is neither here nor found.
 */
@RegisterForReflection(
        registerFullHierarchy = true,
        targets = {
            MessageResource.AcceptedMessage.class,
            RankAuditResource.MendAnswer.class,
            SessionResource.StartedSession.class,
            MigrationStepHandler.Step.class,
            Problem.class,
            JsonCheck.Fault.class,
            ScheduleHandler.Done.class,
            TokenService.Token.class,
            // Types that the Lambda extension and the library of Lambda events do not register.
            ClientContextImpl.class,
            ClientImpl.class,
            CognitoIdentity.class,
            StreamViewType.class,
        })
final class JsonTypes {

    private JsonTypes() {}
}
