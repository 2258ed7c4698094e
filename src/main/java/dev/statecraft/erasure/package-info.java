/** Erasure of a player from all stored data, requested over the API or by a webhook of Roblox. */
@NullMarked
package dev.statecraft.erasure;

import org.jspecify.annotations.NullMarked;
