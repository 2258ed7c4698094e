/** Commits: one transaction for each change of a space. Parked conflicts and their resolution. */
@NullMarked
package dev.statecraft.replication.commit;

import org.jspecify.annotations.NullMarked;
