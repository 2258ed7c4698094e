/** Authentication, authorization, rate limits and audit of requests: the caller of a request and its game. */
@NullMarked
package dev.statecraft.access;

import org.jspecify.annotations.NullMarked;
