package dev.statecraft;

import org.junit.platform.suite.api.IncludeEngines;
import org.junit.platform.suite.api.SelectClasses;
import org.junit.platform.suite.api.Suite;

/**
 * The simulation under a name that is among the first: it takes longer than all other classes without an application,
 * and would otherwise run when the other processes have no class left.
 */
@Suite
@IncludeEngines("junit-jupiter")
@SelectClasses(names = "dev.statecraft.testing.workload.SimulationTest")
class SimulationTests {}
