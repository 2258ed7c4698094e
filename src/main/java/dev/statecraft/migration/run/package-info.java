/** The state of a run: run, segments, counts and quarantined records. */
@NullMarked
package dev.statecraft.migration.run;

import org.jspecify.annotations.NullMarked;
