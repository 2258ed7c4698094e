/** What every store shares: table names, keys, typed attribute access. */
@NullMarked
package dev.statecraft.table;

import org.jspecify.annotations.NullMarked;
