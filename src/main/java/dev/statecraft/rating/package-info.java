/** Computes how a match changes the ratings of its players: Elo, Glicko-2 and OpenSkill, as pure functions. */
@NullMarked
package dev.statecraft.rating;

import org.jspecify.annotations.NullMarked;
