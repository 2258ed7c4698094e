/** How matches change the ratings of those who played: Elo, Glicko-2 and OpenSkill, as plain arithmetic. */
@NullMarked
package dev.statecraft.rating;

import org.jspecify.annotations.NullMarked;
