/** Delivers the records of DynamoDB Streams to the functions of dev mode. */
@NullMarked
package dev.statecraft.local.stream;

import org.jspecify.annotations.NullMarked;
