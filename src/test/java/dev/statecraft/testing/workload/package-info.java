/** What users of the application do in a simulation, and what must hold for each of them. */
@NullMarked
package dev.statecraft.testing.workload;

import org.jspecify.annotations.NullMarked;
