/** template.yaml as objects: functions, tables and streams. */
@NullMarked
package dev.statecraft.local.template;

import org.jspecify.annotations.NullMarked;
