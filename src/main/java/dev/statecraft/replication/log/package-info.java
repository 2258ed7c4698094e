/** The commit log of a space and the version history of an entity. */
@NullMarked
package dev.statecraft.replication.log;

import org.jspecify.annotations.NullMarked;
