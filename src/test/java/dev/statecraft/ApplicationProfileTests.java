package dev.statecraft;

import org.junit.platform.suite.api.IncludeEngines;
import org.junit.platform.suite.api.SelectClasses;
import org.junit.platform.suite.api.Suite;

/**
 * The tests of the running application with a configuration of their own. Those with the same configuration share the
 * application. The classes are named for the reason that {@link ApplicationTests} gives.
 */
@Suite
@IncludeEngines("junit-jupiter")
@SelectClasses(
        names = {
            "dev.statecraft.access.ClosedDoorTest",
            "dev.statecraft.access.LogSecrecyTest",
            "dev.statecraft.access.RouteAccessTest",
            "dev.statecraft.access.authentication.SignatureResourceTest",
            "dev.statecraft.access.key.KeyResourceTest",
            "dev.statecraft.access.token.TokenResourceTest",
            "dev.statecraft.docs.price.CapacityTest",
            "dev.statecraft.http.CrossOriginTest",
            "dev.statecraft.http.DashboardBrowserTest",
            "dev.statecraft.infra.FirstCallTest",
            "dev.statecraft.integration.binding.ReplicatedBoardsTest",
            "dev.statecraft.integration.event.EventDeliveryTest",
            "dev.statecraft.lambda.ScheduleSimulationTest"
        })
class ApplicationProfileTests {}
