/** Open WebSocket connections and the frames sent to them. */
@NullMarked
package dev.statecraft.replication.socket;

import org.jspecify.annotations.NullMarked;
