/** The settings of a board: values, validation and stored form, and the configuration of leaderboards. */
@NullMarked
package dev.statecraft.leaderboard.settings;

import org.jspecify.annotations.NullMarked;
