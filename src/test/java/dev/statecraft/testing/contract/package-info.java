/** What the project expects of DynamoDB, as one suite that the model, DynamoDB Local, LocalStack and DynamoDB itself pass. */
@NullMarked
package dev.statecraft.testing.contract;

import org.jspecify.annotations.NullMarked;
