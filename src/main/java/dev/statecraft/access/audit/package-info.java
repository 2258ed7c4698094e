/** The audit trail: a record of every administrative request. */
@NullMarked
package dev.statecraft.access.audit;

import org.jspecify.annotations.NullMarked;
