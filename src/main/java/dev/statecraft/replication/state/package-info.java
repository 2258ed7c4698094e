/** Entities and their JSON state: paths, operations, differences, stored form and the heads of spaces. */
@NullMarked
package dev.statecraft.replication.state;

import org.jspecify.annotations.NullMarked;
