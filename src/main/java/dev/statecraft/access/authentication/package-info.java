/** The filters that authenticate and authorize every request. */
@NullMarked
package dev.statecraft.access.authentication;

import org.jspecify.annotations.NullMarked;
