/**
 * The definition of a migration: reader, operations, rules, invariants and checksum; the configuration of migrations.
 */
@NullMarked
package dev.statecraft.migration.definition;

import org.jspecify.annotations.NullMarked;
