/** Tokens made from API keys, tokens of players, and tokens of sockets. */
@NullMarked
package dev.statecraft.access.token;

import org.jspecify.annotations.NullMarked;
