/**
 * Dev mode: replaces the AWS services of a deployment with processes of a developer's machine. It is not part of the
 * production artifact. {@code LocalRuntime} starts everything: {@code DevDynamoDb} runs DynamoDB Local, {@code
 * LocalTables} creates the tables of template.yaml, {@code local.stream} delivers stream records, {@code
 * LocalScheduler} calls scheduled functions, {@code LocalMigrations} drives migration runs, and {@code SocketEndpoint}
 * serves sockets. The demo ({@code DemoGame}) plays a small game over the public API.
 */
@NullMarked
package dev.statecraft.local;

import org.jspecify.annotations.NullMarked;
