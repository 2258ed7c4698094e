/** The model behind the JSON protocol of DynamoDB, for tests of the running application. */
@NullMarked
package dev.statecraft.testing.wire;

import org.jspecify.annotations.NullMarked;
