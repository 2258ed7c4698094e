package dev.statecraft;

import org.junit.platform.suite.api.IncludeEngines;
import org.junit.platform.suite.api.IncludeTags;
import org.junit.platform.suite.api.SelectPackages;
import org.junit.platform.suite.api.Suite;

/**
 * The tests of the running application with a configuration of their own. Those with the same configuration share the
 * application.
 */
@Suite
@IncludeEngines("junit-jupiter")
@SelectPackages("dev.statecraft")
@IncludeTags("application-profile")
class ApplicationProfileTests {}
