/**
 * The HTTP foundation that resources use: problems (RFC 9457), ids, cursors, entity tags, parameters, headers and
 * cross-origin rules.
 */
@NullMarked
package dev.statecraft.http;

import org.jspecify.annotations.NullMarked;
