/**
 * The HTTP foundation of all Resources: problems (RFC 9457), ids, cursors, entity tags, query parameters, response
 * headers and CORS. {@code http.json} reads and writes bodies. Only {@code table} is below this package.
 */
@NullMarked
package dev.statecraft.http;

import org.jspecify.annotations.NullMarked;
