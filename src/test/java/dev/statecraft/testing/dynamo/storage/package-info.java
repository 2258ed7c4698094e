/** What the model stores: tables, indexes, partitions, streams and their throughput. */
@NullMarked
package dev.statecraft.testing.dynamo.storage;

import org.jspecify.annotations.NullMarked;
