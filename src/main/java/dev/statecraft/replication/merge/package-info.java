/** The three-way merge of JSON states: pure functions. */
@NullMarked
package dev.statecraft.replication.merge;

import org.jspecify.annotations.NullMarked;
