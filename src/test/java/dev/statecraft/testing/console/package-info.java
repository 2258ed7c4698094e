/** What a build prints of its tests: one line for each class, the logs of failed tests, and the durations of its parts. */
@NullMarked
package dev.statecraft.testing.console;

import org.jspecify.annotations.NullMarked;
