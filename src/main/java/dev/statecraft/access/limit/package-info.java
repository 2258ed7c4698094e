/** Rate limits: a token bucket in DynamoDB for each API key and each player, shared by all instances. */
@NullMarked
package dev.statecraft.access.limit;

import org.jspecify.annotations.NullMarked;
