/**
 * Migrations by game servers: a server leases a page of records, migrates them with its own functions and submits them.
 *
 * <p>A page is processed under the lease of its segment, as in any other run.
 * {@link dev.statecraft.migration.work.WorkService} leases and completes pages, {@code WorkPageReader} finds records that
 * need a game server, and {@code WorkStore} stores the last leased page of each segment with its result, so that a repeated
 * submission returns the first result.
 */
@NullMarked
package dev.statecraft.migration.work;

import org.jspecify.annotations.NullMarked;
