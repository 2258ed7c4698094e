/** Random requests that the model and DynamoDB Local must answer alike. */
@NullMarked
package dev.statecraft.testing.contract.fuzz;

import org.jspecify.annotations.NullMarked;
