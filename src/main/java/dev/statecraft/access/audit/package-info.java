/** The audit trail: a record of every authenticated administrative request, kept for a configured time. */
@NullMarked
package dev.statecraft.access.audit;

import org.jspecify.annotations.NullMarked;
