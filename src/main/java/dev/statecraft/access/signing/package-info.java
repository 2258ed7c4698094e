/** The signing keys of the deployment, one per period. Tokens and derived API keys are made with them. */
@NullMarked
package dev.statecraft.access.signing;

import org.jspecify.annotations.NullMarked;
