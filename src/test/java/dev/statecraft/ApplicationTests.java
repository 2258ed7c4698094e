package dev.statecraft;

import org.junit.platform.suite.api.IncludeEngines;
import org.junit.platform.suite.api.IncludeTags;
import org.junit.platform.suite.api.SelectPackages;
import org.junit.platform.suite.api.Suite;

/**
 * The tests of the running application with its usual configuration. In one process they share the application; each of
 * them alone would start it.
 */
@Suite
@IncludeEngines("junit-jupiter")
@SelectPackages("dev.statecraft")
@IncludeTags("application")
class ApplicationTests {}
