/** Reads template.yaml: tables, event source mappings and schedules. */
@NullMarked
package dev.statecraft.local.template;

import org.jspecify.annotations.NullMarked;
