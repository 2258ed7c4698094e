/** Builds the OpenAPI document at build time from the code and the descriptions in META-INF/openapi.yaml. */
@NullMarked
package dev.statecraft.openapi;

import org.jspecify.annotations.NullMarked;
