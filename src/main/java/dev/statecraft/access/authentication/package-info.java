/**
 * The filters that authenticate and authorize every request. {@code CallerFilter} runs before routing: {@code
 * Authenticator} verifies API keys and tokens, {@code SignatureService} verifies signed requests. {@code ScopeFilter}
 * runs after routing and checks the scope and the limits of player tokens.
 */
@NullMarked
package dev.statecraft.access.authentication;

import org.jspecify.annotations.NullMarked;
