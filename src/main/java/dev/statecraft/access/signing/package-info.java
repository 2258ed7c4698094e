/** The signing keys of the deployment, one for each period. */
@NullMarked
package dev.statecraft.access.signing;

import org.jspecify.annotations.NullMarked;
