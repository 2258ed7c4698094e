/** Tokens created from API keys, player tokens, and the tokens of socket connections. */
@NullMarked
package dev.statecraft.access.token;

import org.jspecify.annotations.NullMarked;
