/** Entities over HTTP: create, read, update, merge, delete and revert. */
@NullMarked
package dev.statecraft.replication.entity;

import org.jspecify.annotations.NullMarked;
