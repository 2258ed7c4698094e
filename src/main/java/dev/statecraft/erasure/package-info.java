/** Erasure of a player from everything that is stored, whoever asks for it. */
@NullMarked
package dev.statecraft.erasure;

import org.jspecify.annotations.NullMarked;
