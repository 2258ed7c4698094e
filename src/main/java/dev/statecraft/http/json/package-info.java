/**
 * JSON bodies: reading them within limits of size, depth and number of values, checking them, and writing responses.
 */
@NullMarked
package dev.statecraft.http.json;

import org.jspecify.annotations.NullMarked;
