/** API keys and the games they belong to: create, find, revoke. A key is stored as a hash only. */
@NullMarked
package dev.statecraft.access.key;

import org.jspecify.annotations.NullMarked;
